import type { DescribedActor } from '../../api/describe-decision.ts'
import type { Actor } from '../../kernel/caller.ts'

export function described({ type, issuer, subject, label }: Actor): DescribedActor {
  return { Type: type, Issuer: issuer, Subject: subject, Label: label }
}
