/**
 * Lists of acknowledged scanners as operators keep them: parsing, and one set over all of them.
 *
 * In: text of a list in one of four formats. Out: networks with names, and defects with their line.
 *   plain      `192.0.2.0/24` or `192.0.2.7 Example University` a line; `#` and `;` begin comments; a CSV's first column works too
 *   misp       a MISP warning list: JSON with `name` and `list` (types cidr; entries that are no networks are counted)
 *   maltrail   a trail file: address or network, `#` and a name; `# Reference:` and other comment lines
 *   json       a list of texts, or of objects with `ip`, `cidr`, `network` or `prefix` and `name` or `org`
 * Source: formats as published by MISP/misp-warninglists, stamparm/maltrail and nict-csl/survey-scanner.
 * Limits: 1,000,000 networks over all lists; lists under terms of their own (most of them) are the operator's to load, none ships.
 * @module
 */
import { parseCidr, type Cidr } from '../../core/address.ts';
import { ipSet, type IpSet } from './ip-set.ts';

/** Most networks that are kept, over all lists. */
export const MAX_LIST_NETWORKS = 1_000_000;
/** Longest name kept, characters. */
const MAX_NAME = 120;

export interface ListedNetwork { readonly cidr: Cidr; readonly name: string }
export interface ParsedList {
  readonly format: 'plain' | 'misp' | 'maltrail' | 'json';
  readonly networks: readonly ListedNetwork[];
  /** Lines (text) or entries (JSON) that are no network, at most the first hundred; counted in full. */
  readonly defects: readonly { readonly line: number; readonly quote: string }[];
  readonly defectCount: number;
}

/** Parses a list; `title` names entries that have no name of their own. Never throws. */
export function parseScannerList(text: string, title: string): ParsedList {
  const networks: ListedNetwork[] = [], defects: { line: number; quote: string }[] = [];
  let defectCount = 0;
  const defect = (line: number, quote: string) => {
    defectCount++;
    if (defects.length < 100) defects.push({ line, quote: clean(quote, 200) });
  };
  const add = (candidate: string, name: string, line: number, quote: string) => {
    const cidr = parseCidr(candidate);
    if (!cidr || networks.length >= MAX_LIST_NETWORKS) { defect(line, quote); return; }
    networks.push({ cidr, name: clean(name === '' ? title : name, MAX_NAME) });
  };
  const start = text.trimStart()[0];
  if (start === '{' || start === '[') {
    let parsed: unknown;
    try { parsed = JSON.parse(text); } catch { defect(1, text.slice(0, 200)); return { format: 'json', networks, defects, defectCount }; }
    const whole = isRecord(parsed) ? parsed : null;
    const misp = whole !== null && Array.isArray(whole['list']);
    const entries = Array.isArray(parsed) ? parsed : misp ? (whole['list'] as unknown[]) : Object.values(whole ?? {}).find(Array.isArray) as unknown[] | undefined ?? [];
    const name = misp && typeof whole['name'] === 'string' ? whole['name'] : '';
    entries.forEach((entry: unknown, i) => {
      if (typeof entry === 'string') { add(entry.trim(), name, i + 1, entry); return; }
      const record = isRecord(entry) ? entry : {};
      const candidate = ['cidr', 'network', 'prefix', 'ip', 'address'].map((key) => record[key]).find((v) => typeof v === 'string') as string | undefined;
      const own = ['name', 'org', 'organization', 'organisation'].map((key) => record[key]).find((v) => typeof v === 'string') as string | undefined;
      add(candidate?.trim() ?? '', own ?? name, i + 1, JSON.stringify(entry) ?? '');
    });
    return { format: misp ? 'misp' : 'json', networks, defects, defectCount };
  }
  const maltrail = /^# Copyright .*Maltrail/m.test(text.slice(0, 4096));
  text.split('\n').forEach((raw, i) => {
    const hash = raw.search(/[#;]/);
    const body = (hash < 0 ? raw : raw.slice(0, hash)).trim();
    if (body === '') return;
    const [candidate = '', ...rest] = body.split(/[\s,|]+/);
    const behind = hash < 0 ? '' : raw.slice(hash + 1).trim();
    // A CSV's header line is no defect.
    if (i === 0 && /^(ip|cidr|network|prefix|address|src)/i.test(candidate)) return;
    add(candidate, rest.join(' ').replaceAll('"', '') || behind, i + 1, raw);
  });
  return { format: maltrail ? 'maltrail' : 'plain', networks, defects, defectCount };
}

/** Scanner networks in one searchable set; plain data, may be posted to worker threads. */
export interface ScannerLists {
  readonly set: IpSet;
  /** Distinct names; entry k of the set is named `names[k]`. */
  readonly names: readonly string[];
}

export function scannerLists(networks: Iterable<ListedNetwork>): ScannerLists {
  const names: string[] = [], numbers = new Map<string, number>();
  const entries: { cidr: Cidr; entry: number }[] = [];
  for (const { cidr, name } of networks) {
    let entry = numbers.get(name);
    if (entry === undefined) { entry = names.length; numbers.set(name, entry); names.push(name); }
    if (entries.length < MAX_LIST_NETWORKS) entries.push({ cidr, entry });
  }
  return { set: ipSet(entries), names };
}

export const NO_LISTS: ScannerLists = scannerLists([]);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function clean(text: string, most: number): string {
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ').trim().slice(0, most);
}
