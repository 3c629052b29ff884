/** Every operation that a client package of the AWS SDK knows, by the schemas that it exports. */
export function operationNames(sdk: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.values(sdk).flatMap((schema) =>
    Array.isArray(schema) && schema[0] === OPERATION && typeof schema[2] === 'string' ? [schema[2]] : [],
  )
}

/** First member of an operation's schema. */
const OPERATION = 9
