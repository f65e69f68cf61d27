/**
 * Every finding's words: title, why it is seen, what to do, in English and Japanese; and how long an episode is held together.
 *
 * The why-templates are filled from a finding's `facts` by {@link sentence}; a fact that is missing is our own fault and shown
 * as `?` (a test fills every template from every engine's findings). `docs/findings.md` is made by {@link findingsDocument}.
 * @module
 */
import { HOUR_US, DAY_US } from '../core/time.ts';
import type { FindingName } from './finding.ts';

export type Language = 'en' | 'ja';
type Words = Readonly<Record<Language, string>>;

export interface FindingEntry {
  readonly title: Words;
  /** Template with `{fact}`s. */
  readonly why: Words;
  readonly advice: Words;
  /** Whether it warns of something new that spreads: what must not be raised on a calm day. */
  readonly earlyWarning: boolean;
  /** A new episode of the same subject continues the old finding when the pause between them is at most this, microseconds. */
  readonly holdUs: number;
}

export const FINDINGS: Readonly<Record<FindingName, FindingEntry>> = Object.freeze({
  'port.distributed': {
    title: { en: 'Distributed attack on a port', ja: 'ポートへの分散型攻撃' },
    why: {
      en: '{port}: {count} sources in {unit} where {mean} are normal; {sources} hosts from {countries} countries so far, seen by {sensors} sensors.',
      ja: '{port}：{unit}で{count}の送信元（通常は{mean}）。これまでに{countries}か国の{sources}ホストを{sensors}台のセンサーで観測。',
    },
    advice: {
      en: 'Find out which product listens on this port in your networks, close it to the Internet where it need not be open, and watch its hosts for outgoing scans.',
      ja: '自組織でこのポートを使う製品を確認し、不要な公開を止め、該当ホストの外向きスキャンを監視してください。',
    },
    earlyWarning: true, holdUs: 6 * HOUR_US,
  },
  'port.spike': {
    title: { en: 'Daily spike on a port', ja: 'ポートの日次急増' },
    why: {
      en: '{port}: {sources} sources on {day}, above median + 2 IQR of all history ({limit}) and the 28-day mean + 2 deviations. Half of such spikes were followed by a vulnerability of that product within three weeks.',
      ja: '{port}：{day}の送信元は{sources}。全期間の中央値＋2×四分位範囲（{limit}）および28日平均＋2標準偏差を超過。過去の例では半数が3週間以内に該当製品の脆弱性公表につながりました。',
    },
    advice: { en: 'Ask the vendors of what you run on this port for news, and prepare to patch.', ja: 'このポートで使う製品の情報をベンダーに確認し、修正適用の準備をしてください。' },
    earlyWarning: false, holdUs: 2 * DAY_US,
  },
  'sync.global': {
    title: { en: 'Global rise at several sensors', ja: '複数センサーでの同時増加' },
    why: {
      en: '{port}: hosts rose more than {ratio}-fold at {sensors} of {observing} sensors within {toleranceMinutes} minutes; first at {first}, last {leadMinutes} minutes later.',
      ja: '{port}：{observing}台中{sensors}台のセンサーで{toleranceMinutes}分以内にホスト数が{ratio}倍以上に増加。最初は{first}、最後は{leadMinutes}分後。',
    },
    advice: { en: 'This is not local. Warn partners whose sensors have not seen it yet, and check this port in your own networks.', ja: '局所的な現象ではありません。まだ観測していない組織に知らせ、自組織の同ポートを確認してください。' },
    earlyWarning: true, holdUs: 6 * HOUR_US,
  },
  'sync.group': {
    title: { en: 'Synchronised group of hosts', ja: '同期して動くホスト群' },
    why: { en: '{port}: {sources} hosts move together.', ja: '{port}：{sources}ホストが同期して活動。' },
    advice: { en: 'Look for what the hosts have in common; they are likely one botnet.', ja: 'ホストの共通点を調べてください。同一ボットネットの可能性があります。' },
    earlyWarning: true, holdUs: 6 * HOUR_US,
  },
  'early-warning': {
    title: { en: 'Early warning', ja: '早期警戒' },
    why: { en: '{port}: several engines agree; {sources} hosts.', ja: '{port}：複数のエンジンが一致。{sources}ホスト。' },
    advice: { en: 'Act on the findings that it joins.', ja: '統合元の検知結果に従って対応してください。' },
    earlyWarning: true, holdUs: 12 * HOUR_US,
  },
  'scan.source': {
    title: { en: 'Aggressive scanner', ja: '大規模スキャナー' },
    why: {
      en: '{source} sent {packets} packets to {destinations} addresses and {ports} ports ({preset}).',
      ja: '{source} が{destinations}アドレス・{ports}ポートへ{packets}パケットを送信（{preset}）。',
    },
    advice: { en: 'Block it if it serves no known purpose; it may be an infected host or a survey.', ja: '既知の調査でなければ遮断を検討してください。' },
    earlyWarning: false, holdUs: DAY_US,
  },
  'scan.horizontal': {
    title: { en: 'Scan of one port', ja: '水平スキャン' },
    why: {
      en: '{source} asked {port} at {destinations} addresses with {packets} packets, about {rate} packets a second over the whole Internet ({preset}).',
      ja: '{source} が{port}を{destinations}アドレスに対し{packets}パケットで探索（全インターネット換算で毎秒約{rate}パケット、{preset}）。',
    },
    advice: { en: 'One host that looks for one service: note it, and notify its owner when it attacks.', ja: '単一サービスを探すホストです。攻撃に転じたら所有者に通知してください。' },
    earlyWarning: false, holdUs: HOUR_US,
  },
  'scan.vertical': {
    title: { en: 'Scan of one address', ja: '垂直スキャン' },
    why: { en: '{source} asked {ports} {what} of {destination} within {seconds} s ({technique}).', ja: '{source} が{destination}の{what}を{seconds}秒で{ports}件探索（{technique}）。' },
    advice: { en: 'Somebody takes stock of this address; if it is live, check what it shows.', ja: 'このアドレスが調べられています。稼働中なら公開状況を確認してください。' },
    earlyWarning: false, holdUs: HOUR_US,
  },
  'dos.victim': {
    title: { en: 'Victim of denial of service', ja: 'DoS攻撃の被害者' },
    why: {
      en: '{victim} answers packets it was sent in false names: {packets} replies from {service} over {seconds} s, at most {peak} a minute ({preset}).',
      ja: '{victim} が詐称パケットに応答：{service}から{packets}応答、{seconds}秒間、最大毎分{peak}（{preset}）。',
    },
    advice: { en: 'The address is a victim, never an attacker: do not block it. Its owner may want to know.', ja: 'このアドレスは被害者です。遮断せず、必要なら所有者に連絡してください。' },
    earlyWarning: false, holdUs: HOUR_US,
  },
  'tool.new': {
    title: { en: 'Tool first seen', ja: '新しいツールの出現' },
    why: { en: '{tool} reached {sensor} for the first time in {days} days of observation: {sources} hosts on {port}.', ja: '{days}日間の観測で初めて{tool}が{sensor}に到達：{port}に{sources}ホスト。' },
    advice: { en: 'Look at its ports and hosts; a known family at a new place is often the first sign of its spread.', ja: '対象ポートとホストを確認してください。既知の系統の新たな出現は拡散の兆候です。' },
    earlyWarning: false, holdUs: DAY_US,
  },
  'sensor.outage': {
    title: { en: 'Sensor is silent', ja: 'センサーが無応答' },
    why: { en: '{sensor} sent nothing for {minutes} minutes, where {expected} packets are normal.', ja: '{sensor} から{minutes}分間パケットがありません（通常は{expected}）。' },
    advice: { en: 'Check the sensor, its link and its routes. Until it is back its silence says nothing about attacks.', ja: 'センサー・回線・経路を確認してください。復旧まで無観測を「攻撃なし」と解釈しないでください。' },
    earlyWarning: false, holdUs: HOUR_US,
  },
  'list.reset': {
    title: { en: 'A published list was reset', ja: '公開リストのリセット' },
    why: {
      en: '{list}: {before} entries on {beforeDay}, {after} on {day}, {kept} in common. The publisher started again or lost a source: this is not a change of attacks.',
      ja: '{list}：{beforeDay}の{before}件が{day}に{after}件（共通{kept}件）。配布側のリセットまたは収集停止であり、攻撃の変化ではありません。',
    },
    advice: { en: 'Do not compare figures across this day.', ja: 'この日をまたいで件数を比較しないでください。' },
    earlyWarning: false, holdUs: 0,
  },
  'series.change': {
    title: { en: 'Change point in a series', ja: '時系列の変化点' },
    why: { en: '{series} of {sensor}: {value} in ten minutes, change score {score} (threshold {threshold}).', ja: '{sensor}の{series}：10分間で{value}、変化スコア{score}（閾値{threshold}）。' },
    advice: { en: 'Look at the ports that rose in these minutes.', ja: 'この時間帯に増えたポートを確認してください。' },
    earlyWarning: false, holdUs: HOUR_US,
  },
});

/** What severities mean. */
export const SEVERITIES: Readonly<Record<1 | 2 | 3 | 4 | 5, Words>> = Object.freeze({
  1: { en: 'Note: for the record', ja: '記録' },
  2: { en: 'Look when there is time', ja: '時間のあるときに確認' },
  3: { en: 'Look today', ja: '当日中に確認' },
  4: { en: 'Look now', ja: 'すぐに確認' },
  5: { en: 'Act now', ja: '直ちに対応' },
});

/** A number as people read it: grouped integers, three significant digits otherwise. */
function spoken(value: number | string, language: Language): string {
  if (typeof value === 'string') return value;
  const locale = language === 'ja' ? 'ja-JP' : 'en-GB';
  return Number.isInteger(value) ? value.toLocaleString(locale) : value.toLocaleString(locale, { maximumSignificantDigits: 3 });
}

/** Fills a finding's why-template. Facts are outside text in part: escape on output. */
export function sentence(name: FindingName, facts: Readonly<Record<string, number | string>>, language: Language): string {
  return FINDINGS[name].why[language].replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = Object.hasOwn(facts, key) ? facts[key] : undefined;
    return value === undefined ? '?' : spoken(value, language);
  });
}

/** Facts that a template names. */
export function factsOf(name: FindingName): string[] {
  return [...new Set([...FINDINGS[name].why.en.matchAll(/\{(\w+)\}/g), ...FINDINGS[name].why.ja.matchAll(/\{(\w+)\}/g)].map((m) => m[1] as string))].sort();
}

/** `docs/findings.md`. */
export function findingsDocument(): string {
  const lines = ['# Findings', '', 'Generated from `src/findings/findings.catalogue.ts`.', '', '| severity | meaning |', '| --- | --- |'];
  for (const level of [1, 2, 3, 4, 5] as const) lines.push(`| ${level} | ${SEVERITIES[level].en} |`);
  for (const [name, entry] of Object.entries(FINDINGS)) {
    lines.push('', `## ${name}`, '', `**${entry.title.en}** (${entry.title.ja})${entry.earlyWarning ? ', an early warning' : ''}.`, '', `Why: ${entry.why.en}`, '', `Advice: ${entry.advice.en}`);
    if (entry.holdUs > 0) lines.push('', `Episodes with a pause of at most ${entry.holdUs / HOUR_US} h are one finding.`);
  }
  return `${lines.join('\n')}\n`;
}
