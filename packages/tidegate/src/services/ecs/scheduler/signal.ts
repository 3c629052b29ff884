/** Something happened: whoever waits goes on and looks for themselves. Ask for `next` before looking, so that nothing is missed. */
export class Signal {
  #wake: () => void = () => {}
  #next: Promise<void> | undefined

  next(): Promise<void> {
    this.#next ??= new Promise((resolve) => (this.#wake = resolve))
    return this.#next
  }

  fire(): void {
    this.#next = undefined
    this.#wake()
  }
}
