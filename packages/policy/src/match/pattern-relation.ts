/**
 * What two patterns have to do with each other: whether one matches all that the other does, and whether any text matches both. Where it
 * can't be told for certain, the answer is the careful one: not covered, perhaps overlapping. Both go by code units, as matching does.
 */

/** Whether every text that `narrow` matches is matched by `wide`. False does not mean that it is not so. */
export function covers(wide: string, narrow: string): boolean {
  if (wide === narrow || wide === '*') return true
  if (wide.includes('${') || narrow.includes('${') || isSegmented(wide)) return false
  // reached[j]: the part of `wide` so far covers the first j characters of `narrow`. Only a star covers a star.
  let reached = [true]
  for (let i = 0; i < wide.length; i++) {
    const token = wide[i]
    const next: boolean[] = []
    if (token === '*') {
      let isReached = false
      for (let j = 0; j <= narrow.length; j++) {
        isReached ||= reached[j] === true
        next[j] = isReached
      }
    } else {
      for (let j = 1; j <= narrow.length; j++) {
        const character = narrow[j - 1]
        next[j] = reached[j - 1] === true && (token === '?' ? character !== '*' : character === token)
      }
    }
    reached = next
  }
  return reached[narrow.length] === true
}

/** Whether some text may match both. Policy variables may stand for any text. */
export function mayOverlap(a: string, b: string): boolean {
  const [left, right] = [withoutVariables(a), withoutVariables(b)]
  // reached[j]: some text matches the part of `left` so far and the first j characters of `right`.
  let reached = [true]
  for (let j = 1; j <= right.length; j++) reached[j] = reached[j - 1] === true && right[j - 1] === '*'
  for (let i = 0; i < left.length; i++) {
    const token = left[i]
    const next: boolean[] = [token === '*' && reached[0] === true]
    for (let j = 1; j <= right.length; j++) {
      const other = right[j - 1]
      const both = token === '?' || other === '?' || token === other
      next[j] =
        (token === '*' && (reached[j] === true || next[j - 1] === true)) ||
        (other === '*' && (next[j - 1] === true || reached[j] === true)) ||
        (both && reached[j - 1] === true)
    }
    reached = next
  }
  return reached[right.length] === true
}

const withoutVariables = (pattern: string): string => pattern.replaceAll(/\$\{[^}]*\}/g, '*')

/** A wildcard inside one of the first five segments of an ARN stays in its segment; see `SegmentedGlob`. */
function isSegmented(pattern: string): boolean {
  const head = pattern.split(':', 5).join(':')
  return /\?|\*(?!:|$)/.test(head)
}
