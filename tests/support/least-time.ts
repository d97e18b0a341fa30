/**
 * The least processor time that a task takes in some tries, in milliseconds: other programs share the machine, and only
 * add to it.
 *
 * @param enough no more tries once one took no longer than this
 */
export function leastTime(task: () => void, tries: number, enough = 0): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < tries && least > enough; i++) {
    const start = process.cpuUsage()
    task()
    const { user, system } = process.cpuUsage(start)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}
