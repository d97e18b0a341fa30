import { expect, it } from 'vitest'
import type { NamedTensor } from '../../../models/safetensors.ts'
import { initialTheta } from '../../../models/training/method.ts'
import { checkRoundTrip } from '../../../models/training/round-trip.ts'
import { baseTensors, loraJob } from './lora-job.ts'

/** A base that is read differently when the adapter is merged: as where a key does not match and nothing is merged. */
class Astray extends Map<string, NamedTensor> {
  override get(name: string): NamedTensor | undefined {
    const tensor = super.get(name)
    if (tensor === undefined || !name.endsWith('.down_proj.weight')) return tensor
    return { ...tensor, data: tensor.data.map((x) => 1.5 * x) }
  }
}

it('an adapter that does not give the loss of the trained one ends the run, and the error has numbers only', async () => {
  const job = loraJob('')
  const theta = initialTheta(job.config.network, job.config.method, undefined, 1)
  const { trained, reloaded } = (await checkRoundTrip(job, baseTensors(), theta))!
  expect(reloaded).toBeCloseTo(trained, 5)
  await expect(checkRoundTrip(job, new Astray(baseTensors()), theta)).rejects.toMatchObject({
    code: 'ADAPTER_ROUND_TRIP',
    exit: 4,
    message: expect.stringMatching(
      /^the adapter that was written does not give the loss of the trained one: [\d.]+ instead of [\d.]+$/,
    ),
  })
})
