/**
 * From what went wrong to what the asker reads: a status and `{ error: { code, message, remedy, at? } }`, never a stack.
 * @module
 */
import { z } from 'zod';
import { OperatorError, Refusal, type ErrorCode } from '../core/errors.ts';
import type { apiError } from './api.ts';

export interface Failure { readonly status: number; readonly body: z.infer<typeof apiError> }

/** Codes that are not 400. `unknown-…` is 404. */
const STATUS: Partial<Record<ErrorCode, number>> = {
  'not-signed-in': 401, 'sign-in': 401, 'sign-in-password': 401, 'forbidden': 403, 'wrong-origin': 403,
  'name-taken': 409, 'last-administrator': 409, 'data-busy': 409, 'too-large': 413, 'too-many-attempts': 429, 'too-many': 429, 'fault': 500,
};
const MOST_TEXT = 600;

/** `fault` is told of what is our own mistake (status 500). */
export function failureOf(error: unknown, fault: (error: unknown) => void): Failure {
  if (error instanceof OperatorError) {
    const at = error.values['at'];
    return {
      status: STATUS[error.code] ?? (error.code.startsWith('unknown-') ? 404 : 400),
      body: { error: { code: error.code, message: error.message.slice(0, MOST_TEXT), remedy: error.remedy, ...(typeof at === 'number' ? { at } : {}) } },
    };
  }
  if (error instanceof Refusal) return { status: 403, body: { error: { code: error.code, message: error.message.slice(0, MOST_TEXT), remedy: '' } } };
  if (error instanceof z.ZodError) return failureOf(new OperatorError('request', { message: firstIssue(error) }), fault);
  const status = statusOf(error);
  if (status === 413) return failureOf(new OperatorError('too-large'), fault);
  if (status >= 400 && status < 500) return failureOf(new OperatorError('request', { message: error instanceof Error ? error.message.slice(0, 200) : 'malformed' }), fault);
  fault(error);
  return failureOf(new OperatorError('fault'), fault);
}

/** Status that the HTTP framework gave its own error; 500 otherwise. */
function statusOf(error: unknown): number {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && 'code' in error && String(error.code).startsWith('FST_') ? error.statusCode
    // The JSON parser's error carries no code of the framework.
    : error instanceof SyntaxError && 'statusCode' in error ? 400 : 500;
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.map(String).join('.') || 'the body'}: ${issue.message}`.slice(0, 300) : 'malformed';
}
