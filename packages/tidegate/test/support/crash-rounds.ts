/** How often a test kills: within a bound of time as a rule, `TIDEGATE_CRASH_ROUNDS` times and as long as that takes where it is set. */
export function crashRounds(usual: { readonly rounds: number; readonly maxMilliseconds: number; readonly timeout: number }) {
  const rounds = Number(process.env['TIDEGATE_CRASH_ROUNDS'] ?? 0)
  if (!(rounds > 0)) return { ...usual, tell: () => {} }
  return {
    rounds,
    maxMilliseconds: Infinity,
    timeout: usual.timeout + rounds * 30_000,
    /** Says what a long run has seen. */
    tell: (text: string): void => void process.stderr.write(`${text}\n`),
  }
}
