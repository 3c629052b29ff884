/** Log lines for operators: one JSON object a line on standard error. Never a secret: only what is listed here is written. */
import type { Clock } from './kernel/clock.ts'

export interface Logger {
  info(message: string, facts?: Facts): void
  /** Something went wrong on our side. */
  problem(message: string, error: unknown, facts?: Facts): void
}

type Facts = Readonly<Record<string, string | number | boolean>>

/** @param write takes one line, with its line feed */
export function jsonLogger(write: (line: string) => void, clock: Clock): Logger {
  const line = (level: string, message: string, facts: Facts): void =>
    write(`${JSON.stringify({ time: new Date(clock()).toISOString(), level, message, ...facts })}\n`)
  return {
    info: (message, facts = {}) => line('info', message, facts),
    problem: (message, error, facts = {}) => line('error', message, { ...facts, error: errorText(error) }),
  }
}

/** With the place where it happened, which tells more than the message. */
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `; because of ${errorText(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
