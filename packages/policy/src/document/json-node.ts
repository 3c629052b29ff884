/** A JSON value as it was read, each part with its place in the text. */
export type JsonNode = JsonObject | JsonArray | JsonScalar

export interface JsonObject {
  readonly type: 'object'
  /** Offset of the first character in the text; no two values share one. */
  readonly start: number
  /** In the order of the text; no name occurs twice. */
  readonly members: readonly JsonMember[]
}

export interface JsonMember {
  readonly name: string
  /** Offset of the name's opening quote. */
  readonly start: number
  readonly value: JsonNode
}

export interface JsonArray {
  readonly type: 'array'
  readonly start: number
  readonly items: readonly JsonNode[]
}

export interface JsonScalar {
  readonly type: 'string' | 'number' | 'boolean' | 'null'
  readonly start: number
  /** The characters of a string without escapes; of any other scalar its text as written. */
  readonly value: string
}

export interface JsonProblem {
  readonly message: string
  readonly offset: number
}
