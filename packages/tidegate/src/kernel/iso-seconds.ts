/** `2026-11-22T08:05:01Z`: ISO 8601 in whole seconds, as AWS writes times. Thousands of requests share a second, so its text is made once. */
export function isoSeconds(now: number): string {
  const second = Math.floor(now / 1000)
  if (second !== lastSecond) {
    lastText = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`
    lastSecond = second
  }
  return lastText
}

let lastSecond = Number.NaN
let lastText = ''
