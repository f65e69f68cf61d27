/**
 * What a finding is called and why it is seen, in the person's language, from its name and facts alone.
 *
 * In: a finding as the API gives it. Out: plain text. Sentences and advice come from the catalogue of findings, which knows no store;
 * here are only the short titles, which name their subject first as a queue is read. A name the catalogue does not know keeps the server's sentence.
 * @module
 */
import { FINDINGS, sentence } from '../../../findings/findings.catalogue.ts';
import type { FindingRow } from '../frame/api-client.ts';
import { portText } from '../parts/names.ts';
import type { Language } from './format.ts';

type Name = keyof typeof FINDINGS;
/** `title` gets the subject and, where a subject has two parts (`198.51.100.7 tcp/22`), the second one, else ''. */
interface Wording { readonly kind: string; readonly title: (subject: string, second: string) => string }

const EN: { readonly [name in Name]?: Wording } = {
  'port.distributed': { kind: 'Distributed', title: (s) => `${s}: many new hosts at once` },
  'port.spike': { kind: 'Spike', title: (s) => `${s}: daily spike` },
  'sync.global': { kind: 'Global', title: (s) => `${s} is rising at several telescopes` },
  'sync.group': { kind: 'In step', title: (s) => `${s}: hosts that move in step` },
  'early-warning': { kind: 'Early warning', title: (s) => `${s}: early warning` },
  'scan.source': { kind: 'Scanner', title: (s) => `${s} scans on a large scale` },
  'scan.horizontal': { kind: 'Port scan', title: (s, port) => `${s} searches for ${port || 'one service'}` },
  'scan.vertical': { kind: 'Host scan', title: (s, target) => `${s} takes stock of ${target || 'one address'}` },
  'dos.victim': { kind: 'Victim', title: (s) => `${s} is under a flood` },
  'tool.new': { kind: 'New tool', title: (s) => `${s}: first seen here` },
  'sensor.outage': { kind: 'Outage', title: (s) => `${s} is silent` },
  'list.reset': { kind: 'List reset', title: (s) => `${s}: the list started again` },
  'series.change': { kind: 'Change', title: (s) => `${s}: the series changed` },
};
const JA: { readonly [name in Name]?: Wording } = {
  'port.distributed': { kind: '分散型', title: (s) => `${s} に多数の新しいホスト` },
  'port.spike': { kind: '急増', title: (s) => `${s} の日次急増` },
  'sync.global': { kind: '広域', title: (s) => `${s} が複数の観測網で増加` },
  'sync.group': { kind: '同期', title: (s) => `${s} で同期して動くホスト群` },
  'early-warning': { kind: '早期警戒', title: (s) => `${s} の早期警戒` },
  'scan.source': { kind: 'スキャナー', title: (s) => `${s} の大規模スキャン` },
  'scan.horizontal': { kind: '水平スキャン', title: (s, port) => `${s} が ${port || '単一サービス'} を探索` },
  'scan.vertical': { kind: '垂直スキャン', title: (s, target) => `${s} が ${target || '単一アドレス'} を探索` },
  'dos.victim': { kind: '被害者', title: (s) => `${s} への DoS 攻撃` },
  'tool.new': { kind: '新ツール', title: (s) => `${s} を初観測` },
  'sensor.outage': { kind: '無応答', title: (s) => `${s} が無応答` },
  'list.reset': { kind: 'リセット', title: (s) => `${s} の公開リストがリセット` },
  'series.change': { kind: '変化点', title: (s) => `${s} の時系列に変化` },
};
const WORDINGS: Record<Language, { readonly [name in Name]?: Wording }> = { en: EN, ja: JA };

/** Facts that are words of an engine: what people say instead. */
const FACT_WORDS: Record<Language, Readonly<Record<string, string>>> = {
  en: { '1 min': 'a minute', '10 min': 'ten minutes', '60 min': 'an hour', steady: 'steady minutes' },
  ja: { '1 min': '1 分', '10 min': '10 分', '60 min': '1 時間', steady: '継続する数分' },
};
function worded(facts: FindingRow['facts'], language: Language): FindingRow['facts'] {
  const unit = facts['unit'];
  return typeof unit === 'string' ? { ...facts, unit: FACT_WORDS[language][unit] ?? unit } : facts;
}
function isName(name: string): name is Name { return Object.hasOwn(FINDINGS, name); }
/** `tcp/5000@tokyo,osaka` → `5000/tcp`; ports as people read them, everything else as it is. */
export function subjectText(subject: string): string {
  const [what = ''] = subject.split(/[@ ]/);
  return what.split(',').map((part) => (/^[a-z0-9]+\/\d+(\/\d+)?$/.test(part) ? portText(part) : part)).join(', ');
}
function readable(text: string): string { return text.replace(/\b(tcp|udp|sctp)\/(\d{1,5})\b/g, '$2/$1'); }
type Named = Pick<FindingRow, 'name' | 'subject' | 'facts' | 'why'>;

export function findingTitle(finding: Named, language: Language): string {
  const name = finding.name;
  const wording = isName(name) ? WORDINGS[language][name] : undefined;
  if (wording) return wording.title(subjectText(finding.subject), subjectText(finding.subject.split(' ')[1] ?? ''));
  return `${subjectText(finding.subject)}: ${isName(name) ? FINDINGS[name].title[language] : name}`;
}
/** A word or two for the queue's column. */
export function findingKind(finding: Pick<FindingRow, 'name'>, language: Language): string {
  const name = finding.name;
  return isName(name) ? (WORDINGS[language][name]?.kind ?? FINDINGS[name].title[language]) : name;
}
export function findingWhy(finding: Named, language: Language): string {
  if (!isName(finding.name)) return finding.why;
  const text = sentence(finding.name, worded(finding.facts, language), language);
  // A fact that is missing shows as `?`; the server's own sentence is whole then, if in English.
  return readable(/(^|[\s:：、])\?/.test(text) && finding.why !== '' ? finding.why : text);
}
export function findingAdvice(finding: Pick<FindingRow, 'name'>, language: Language): string {
  return isName(finding.name) ? FINDINGS[finding.name].advice[language] : '';
}
/** Whether it warns of something new that spreads. */
export function isWarning(finding: Pick<FindingRow, 'name'>): boolean { return isName(finding.name) && FINDINGS[finding.name].earlyWarning; }
