/** `LookupLogLines`: what containers and others wrote into a log group, and who is behind each line. */
import { actor, type DescribedActor } from './activity.ts'
import { listOf, number, operationSchema, string, strings, structure } from './schema.ts'

export interface LookupLogLinesInput {
  readonly LogGroupName: string
  /** Each is the subject, the label or `issuer|subject` of somebody behind the line. Only lines with all of them are found. */
  readonly Actors?: readonly string[] | undefined
  /** As FilterLogEvents has it. */
  readonly FilterPattern?: string | undefined
  /** Milliseconds since 1970, inclusive. */
  readonly StartTime?: number | undefined
  /** Of an answer before: what came since then, in the order in which it came, whenever it happened. Not with StartTime or NextToken. */
  readonly Position?: number | undefined
  readonly NextToken?: string | undefined
}

export interface LookupLogLinesOutput {
  /** In the order of time; with Position in the order in which they came. May be empty though there is a NextToken. */
  readonly Lines: readonly LogLine[]
  readonly NextToken?: string | undefined
  /** Behind everything that had come when the first page was asked for, or behind these lines: where to go on with what comes later. */
  readonly Position: number
}

export interface LogLine {
  /** Milliseconds since 1970. */
  readonly Time: number
  readonly LogStreamName: string
  readonly Message: string
  /** ARN of who put it there. */
  readonly Principal: string
  /** Who is behind it, nearest first. */
  readonly Actors: readonly DescribedActor[]
}

export const LookupLogLines$ = operationSchema(
  'LookupLogLines',
  structure(
    'LookupLogLinesInput',
    { LogGroupName: string, Actors: strings, FilterPattern: string, StartTime: number, Position: number, NextToken: string },
    1,
  ),
  structure('LookupLogLinesOutput', {
    Lines: listOf(
      'LogLines',
      structure('LogLine', {
        Time: number,
        LogStreamName: string,
        Message: string,
        Principal: string,
        Actors: listOf('Actors', actor),
      }),
    ),
    NextToken: string,
    Position: number,
  }),
)
