import { dependencyVersion } from '../util/dependency-version.ts'

/** For `pins` of stages that compute with ONNX Runtime: another version may have other kernels, which round differently. */
export function runtimePin(): Readonly<Record<'onnxruntime', string>> {
  return { onnxruntime: dependencyVersion('onnxruntime-node') }
}
