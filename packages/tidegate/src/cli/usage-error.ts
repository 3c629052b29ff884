/**
 * The user asked for something that cannot be done as asked: what is wrong, and the next command to type.
 * Ends the process with exit code 2 and without a stack trace.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError'
  /** A command line that helps; the help of the running command where none is given. */
  readonly next: string | undefined

  constructor(message: string, next?: string) {
    super(message)
    this.next = next
  }
}
