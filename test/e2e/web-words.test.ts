/**
 * The words: nothing is missing or empty in either language, Japanese is Japanese, and the sentence of Now says what the figures say.
 * @module
 */
import { build } from 'esbuild';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { FINDINGS } from '../../src/findings/findings.catalogue.ts';
import { projectRoot } from '../needs.ts';

type Segment = string | { b?: string; hot?: string; port?: string };
interface Sentence { sentence(p: object): Segment[]; rising(p: object): Segment[] }
interface Words {
  en: Record<string, unknown> & { now: Sentence };
  ja: Record<string, unknown> & { now: Sentence };
  findingTitle(finding: object, language: string): string;
  findingKind(finding: object, language: string): string;
  findingWhy(finding: object, language: string): string;
  formatOf(language: string): { change(r: number | null): string; tiny(v: number): string; country(c: string): string };
}

/** The catalogues are sources of the web; they are bundled here without touching the disk. */
async function load(): Promise<Words> {
  const web = join(projectRoot, 'src/portal/web/i18n');
  const entry = ['en', 'ja', 'format', 'finding-text'].map((f) => `export * from ${JSON.stringify(join(web, `${f}.ts`))};`).join('');
  const result = await build({ stdin: { contents: entry, resolveDir: web, loader: 'ts' }, bundle: true, write: false, format: 'esm', platform: 'neutral', target: 'node20' });
  return (await import(`data:text/javascript;base64,${Buffer.from(result.outputFiles[0]?.contents ?? []).toString('base64')}`)) as Words;
}
const words = await load();
/** Paths of all leaves, functions called with telling arguments. */
function leaves(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    if (/^now\.(sentence|rising)$/.test(path)) return [[path, 'see below']];
    const called: unknown = path.endsWith('listNames') ? (value as (n: string[]) => unknown)(['甲', '乙']) : (value as (...a: unknown[]) => unknown)(...Array.from({ length: value.length }, (_, i) => (path.endsWith('weekdayPart') && i === 1 ? 'morning' : i === 0 && value.length > 1 && !/totals|lead|changed|added|decided|Summary|Label|range|rowLabel|calendarLabel/.test(path) ? 2 : `«${i}»`)));
    return leaves(called, path);
  }
  if (Array.isArray(value)) return value.flatMap((v, i) => leaves(v, `${path}[${i}]`));
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([k, v]) => leaves(v, path === '' ? k : `${path}.${k}`));
  return [];
}
/** The same in both languages on purpose: names of formats and marks. */
const SAME = /^(brand$|languages|queryPlaceholder|helpExamples|explore\.(exampleList|exportCsv|exportJson)|col\.(ttl|ipid|asn)|port\.after|now\.(headlineOther|listNames)|findings\.countries)/;
/** Explanations that only one language needs. */
const EXTRA = /^figures\./;

test('both languages have the same leaves and none is empty', () => {
  const en = leaves(words.en).filter(([p]) => !EXTRA.test(p)), ja = leaves(words.ja).filter(([p]) => !EXTRA.test(p));
  const skeleton = (list: [string, string][]): string[] => list.map(([p]) => p.replace(/\[\d+\](\..*)?$/, '')).filter((p, i, all) => all.indexOf(p) === i).sort();
  assert.deepEqual(skeleton(ja), skeleton(en));
  assert.ok(en.length > 300, `${en.length} leaves`);
  assert.deepEqual([...en, ...ja].filter(([, text]) => text.trim() === ''), []);
});

test('Japanese is written in Japanese, with Japanese punctuation', () => {
  const wrong = leaves(words.ja).filter(([path, text]) => !SAME.test(path) && !/[ぁ-んァ-ヶ一-龠]/.test(text) && text !== 'see below');
  assert.deepEqual(wrong, []);
  assert.deepEqual(leaves(words.ja).filter(([, text]) => /[ぁ-んァ-ヶ一-龠][:;?!,(]/.test(text)), []);
});

test('a function uses each of its arguments in both languages', () => {
  for (const [language, catalogue] of [['en', words.en], ['ja', words.ja]] as const) {
    for (const [path, text] of leaves(catalogue)) {
      const marks = [...text.matchAll(/«(\d)»/g)].map((m) => Number(m[1]));
      if (/totals|changed|decided|tag\.added|Summary/.test(path) && marks.length > 0) assert.ok(new Set(marks).size >= 2, `${language} ${path}: ${text}`);
    }
  }
});

test('the sentence of Now says hosts, telescopes, the change and the rising port in both languages', () => {
  const flat = (segments: Segment[]): string => segments.map((s) => (typeof s === 'string' ? s : (s.b ?? s.hot ?? s.port ?? ''))).join('');
  const p = { span: 'In the last hour', hosts: '41,208', hostsN: 41208, sensors: 3, sensorsText: '3', change: { text: '12 %', kind: 'above' }, when: 'a Sunday afternoon' };
  assert.equal(flat(words.en.now.sentence(p)), 'In the last hour 41,208 hosts probed three telescopes, 12 % above normal for a Sunday afternoon.');
  assert.equal(flat(words.ja.now.sentence({ ...p, span: '直近 1 時間に', when: '日曜日午後' })), '直近 1 時間に 41,208 ホストが 3 つの観測網を探索し、日曜日午後の平常より 12 % 多い状況です。');
  assert.equal(flat(words.en.now.sentence({ ...p, hosts: '1', hostsN: 1, sensors: 1, change: null })), 'In the last hour 1 host probed one telescope. What is normal is still being learnt.');
  const rising = { port: 'tcp/9530', places: 'tokyo', hosts: '118', hostsN: 118, countries: '14', countriesN: 14 };
  assert.equal(flat(words.en.now.rising(rising)), ' tcp/9530 is rising at tokyo: 118 hosts in 14 countries.');
  assert.equal(flat(words.ja.now.rising(rising)), ' tcp/9530 が tokyo で増加しています。14 か国の 118 ホストです。');
});

test('every finding of the catalogue has a short title and kind in both languages, naming its subject', () => {
  for (const name of Object.keys(FINDINGS)) for (const language of ['en', 'ja']) {
    const finding = { name, subject: 'tcp/5000@tokyo,osaka', facts: {}, why: 'because' };
    assert.match(words.findingTitle(finding, language), /5000\/tcp/, `${name} ${language}`);
    assert.ok(words.findingKind(finding, language).length <= 16, `${name} ${language}: ${words.findingKind(finding, language)}`);
    if (language === 'ja') assert.match(words.findingKind(finding, language) + words.findingTitle(finding, language), /[ぁ-んァ-ヶ一-龠]/);
  }
});

test('a finding that lacks a fact shows the sentence of its engine rather than a hole', () => {
  const why = words.findingWhy({ name: 'port.distributed', subject: 'tcp/23', facts: { port: 'tcp/23' }, why: 'tcp/23: 9 sources in a minute' }, 'en');
  assert.equal(why, '23/tcp: 9 sources in a minute');
  assert.match(words.findingWhy({ name: 'sensor.outage', subject: 'x', facts: { sensor: 'osaka', minutes: 4, expected: 9120 }, why: '' }, 'ja'), /osaka から4分間/);
});

test('numbers are written as people read them', () => {
  const f = words.formatOf('en');
  assert.equal(f.change(1.04), '+4 %');
  assert.equal(f.change(59), '× 59');
  assert.equal(f.change(0.92), '−8 %');
  assert.equal(f.change(null), '–');
  assert.equal(f.tiny(3e-9), '3·10⁻⁹');
  assert.equal(f.tiny(9.99e-7), '1·10⁻⁶');
  assert.equal(words.formatOf('ja').country('JP'), '日本');
});
