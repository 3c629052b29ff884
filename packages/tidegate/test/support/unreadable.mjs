// @ts-nocheck Runs in the browser, whose types nothing else here has.
/**
 * Texts of a page whose contrast to what is behind them is less than WCAG 2.2 asks for (AA), each with its ratio.
 * @see https://www.w3.org/TR/WCAG22/#contrast-minimum
 */
export function unreadable() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data
    return { r, g, b, a: a / 255 }
  }
  const over = (top, below) => {
    const mix = (name) => top[name] * top.a + below[name] * (1 - top.a)
    return { r: mix('r'), g: mix('g'), b: mix('b'), a: 1 }
  }
  const behind = (element) => {
    const layers = []
    for (let each = element; each !== null; each = each.parentElement) {
      const layer = rgba(getComputedStyle(each).backgroundColor)
      if (layer.a > 0) layers.push(layer)
      if (layer.a === 1) break
    }
    return layers.reduceRight((below, top) => over(top, below), rgba(getComputedStyle(document.documentElement).backgroundColor))
  }
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((value) => (value <= 10.31475 ? value / 3294.6 : ((value / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * x + 0.7152 * y + 0.0722 * z
  }
  const found = new Set()
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement
    const text = node.textContent.trim()
    if (text === '' || !element.checkVisibility({ visibilityProperty: true }) || element.closest('.hidden, .skip, [aria-hidden="true"]'))
      continue
    const style = getComputedStyle(element)
    const ground = behind(element)
    const [a, b] = [luminance(over(rgba(style.color), ground)), luminance(ground)].sort((x, y) => y - x)
    const ratio = (a + 0.05) / (b + 0.05)
    const size = Number.parseFloat(style.fontSize)
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700)
    if (ratio < (isLarge ? 3 : 4.5)) found.add(`${ratio.toFixed(2)} ${text.slice(0, 40)}`)
  }
  return [...found]
}
