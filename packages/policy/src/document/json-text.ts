import type { JsonNode } from './json.ts'

/** The compact text of a value, numbers as they were written. The reader has capped the depth. */
export function jsonText(node: JsonNode): string {
  switch (node.type) {
    case 'object':
      return `{${node.members.map(({ name, value }) => `${JSON.stringify(name)}:${jsonText(value)}`).join(',')}}`
    case 'array':
      return `[${node.items.map(jsonText).join(',')}]`
    case 'string':
      return JSON.stringify(node.value)
    case 'number':
    case 'boolean':
    case 'null':
      return node.value
  }
}
