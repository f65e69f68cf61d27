/**
 * Tags of hosts in questions: labels, roles and free tags that engines and operators gave a host for a time range.
 *
 * Where a question names `label`, `role` or `tag` and such tags exist, rows are joined with the tags of their source, and the
 * field is what then holds: a person's word first, then what the packet itself says (unless that is the default,
 * `unexplained` or `unknown`), then an engine's word; of several, the newest. Free tags add up.
 * Cost: a hash join of the rows with the tags that overlap the range; nothing where no tag concerns the question.
 * @module
 */
import type { HostTag, QueryField, Range, Viewer } from '../contract.ts';
import { fieldsOf, type Expr } from '../query/ast.ts';
import { OWN_FIELDS, orgCondition, type TaggedFields } from './compile.ts';
import { textList, timeLiteral } from './literal.ts';

/** The table to ask and the SQL of the fields that tags may change. */
export interface TaggedSource { readonly from: string; readonly fields: TaggedFields }
export const UNTAGGED: TaggedSource = Object.freeze({ from: 'observation', fields: OWN_FIELDS });

/** Which fields of host tags a question touches. */
export function taggedFieldsOf(expr: Expr, by: readonly QueryField[] = []): HostTag['field'][] {
  const named = new Set([...fieldsOf(expr), ...by]);
  return (['label', 'role', 'tag'] as const).filter((field) => named.has(field));
}

/** Tags as they stand: the newest change of each, without the removed. */
export function currentTags(viewer: Viewer, fields: readonly HostTag['field'][], range: Partial<Range>): string {
  const overlap = [
    ...(range.toUs === undefined ? [] : [`from_us < ${timeLiteral(range.toUs)}`]),
    ...(range.fromUs === undefined ? [] : [`to_us > ${timeLiteral(range.fromUs)}`]),
  ];
  return `SELECT org, src, from_us, field, value, by, argMax(to_us, changed_us) AS to_us, argMax(reason, changed_us) AS reason,
    argMax(removed, changed_us) AS removed, max(changed_us) AS newest_us FROM host_tag
    WHERE ${orgCondition(viewer)} AND field IN (${textList(fields)}) GROUP BY org, src, from_us, field, value, by
    HAVING removed = 0${overlap.map((part) => ` AND ${part}`).join('')}`;
}

const spans = (field: string): string => `arrayMap(t -> (t.2, t.3, t.4, t.5), arrayReverseSort(t -> t.1,
  groupArrayIf((newest_us, from_us, to_us, value, toUInt8(startsWith(by, 'person:'))), field = '${field}')))`;

/** Observations joined with the tags of their sources. */
export function taggedSource(viewer: Viewer, fields: readonly HostTag['field'][], range: Partial<Range>): TaggedSource {
  const has = (field: HostTag['field']): boolean => fields.includes(field);
  const first = (column: string, person: 0 | 1): string => `arrayFirst(t -> t.4 = ${person} AND at_us >= t.1 AND at_us < t.2, ${column}).3`;
  const choice = (own: string, fallback: string, column: string): string => (
    `multiIf(${first(column, 1)} != '', ${first(column, 1)}, ${own} != '${fallback}', toString(${own}), ${first(column, 0)} != '', ${first(column, 0)}, toString(${own}))`);
  return {
    from: `observation LEFT ANY JOIN (SELECT org AS tag_org, src AS tag_src, ${spans('label')} AS tag_labels, ${spans('role')} AS tag_roles, ${spans('tag')} AS tag_words
      FROM (${currentTags(viewer, fields, range)}) GROUP BY tag_org, tag_src) AS host_tags ON observation.org = host_tags.tag_org AND observation.src = host_tags.tag_src`,
    fields: {
      label: has('label') ? choice('label', 'unexplained', 'tag_labels') : OWN_FIELDS.label,
      role: has('role') ? choice('role', 'unknown', 'tag_roles') : OWN_FIELDS.role,
      tags: has('tag') ? `arrayDistinct(arrayConcat(${OWN_FIELDS.tags}, arrayMap(t -> t.3, arrayFilter(t -> at_us >= t.1 AND at_us < t.2, tag_words))))` : OWN_FIELDS.tags,
    },
  };
}
