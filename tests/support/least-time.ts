/**
 * The least processor time that a task takes in some tries, in milliseconds: other programs share the machine, and only
 * add to it.
 *
 * @param prepare makes the task of each try, which is not measured
 * @param enough no more tries once one took less than this
 */
export function leastTime(prepare: () => () => void, tries: number, enough = 0): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < tries && least >= enough; i++) {
    const task = prepare()
    const start = process.cpuUsage()
    task()
    const { user, system } = process.cpuUsage(start)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}
