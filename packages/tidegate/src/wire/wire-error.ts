import { errorsOf } from '../kernel/aws-error.ts'

/**
 * Errors about the form of a request, before any service sees it.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
export const wireError = errorsOf({
  IncompleteBody: { status: 400, fault: 'client' },
  InvalidArgument: { status: 400, fault: 'client' },
  InvalidAction: { status: 400, fault: 'client' },
  InvalidQueryParameter: { status: 400, fault: 'client' },
  InvalidRequest: { status: 400, fault: 'client' },
  InvalidURI: { status: 400, fault: 'client' },
  MalformedInput: { status: 400, fault: 'client' },
  MalformedQueryString: { status: 404, fault: 'client' },
  MalformedXML: { status: 400, fault: 'client' },
  MissingAction: { status: 400, fault: 'client' },
  NotImplemented: { status: 501, fault: 'server' },
  RequestEntityTooLarge: { status: 413, fault: 'client' },
  SerializationException: { status: 400, fault: 'client' },
  UnknownOperationException: { status: 400, fault: 'client' },
})

/** How a reader refuses a value: the protocol chooses the code. */
export type Refuse = (message: string, detail?: string) => never

export const refuseJson: Refuse = (message, detail) => {
  throw wireError('SerializationException', message, detail === undefined ? {} : { detail })
}

export const refuseForm: Refuse = (message, detail) => {
  throw wireError('MalformedInput', message, detail === undefined ? {} : { detail })
}

export const refuseXml: Refuse = (message, detail) => {
  throw wireError('MalformedXML', message, detail === undefined ? {} : { detail })
}
