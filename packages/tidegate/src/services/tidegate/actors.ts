import type { DescribedActor } from '../../api/activity.ts'
import type { Actor } from '../../kernel/caller.ts'

export function describedActor({ type, issuer, subject, label }: Actor): DescribedActor {
  return { Type: type, Issuer: issuer, Subject: subject, Label: label }
}
