/** The encoded message of a denied request, for `sts:DecodeAuthorizationMessage`: whoever was denied holds it but can't read it. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { errorsOf } from '../kernel/aws-error.ts'
import type { Keys } from './key-ring.ts'
import { boxOfText, seal, textOfBox, unseal } from './sealed-box.ts'

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html#API_DecodeAuthorizationMessage_Errors */
const messageError = errorsOf({ InvalidAuthorizationMessageException: { status: 400, fault: 'client' } })

/** URL-safe. `accountId` is the account of the caller who was denied: only there can the message be decoded. */
export function sealMessage(message: string, accountId: string, keys: Keys): string {
  return textOfBox(seal(deflateRawSync(message), boxFor(accountId), keys))
}

/** Throws `InvalidAuthorizationMessageException`, the same whatever is wrong. */
export function openMessage(encoded: string, accountId: string, keys: Keys): string {
  const box = boxOfText(encoded)
  const content = box && unseal(box, boxFor(accountId), keys)
  if (content === undefined) throw messageError('InvalidAuthorizationMessageException', 'Message is not valid')
  return inflateRawSync(content).toString()
}

function boxFor(accountId: string) {
  return { purpose: 'authorization-message', context: accountId } as const
}
