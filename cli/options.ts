import { InvalidArgumentError, Option } from 'commander'

/** Where the store is: `--store`, else `SLUICE_STORE`, else `.sluice` here. */
export function storeOption(): Option {
  return new Option('--store <dir>', 'folder of the store').env('SLUICE_STORE').default('.sluice')
}

export function positiveInteger(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number of at least 1')
  return value
}
