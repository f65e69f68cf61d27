/**
 * Every setting: what may change while the platform runs. What it starts with (ports, paths, sinks) is configuration instead.
 *
 * `installation` settings hold for all organisations and are changed by administrators of the default one.
 * @module
 */
export interface SettingEntry {
  readonly scope: 'installation' | 'organisation';
  readonly kind: 'text' | 'number' | 'boolean';
  readonly default: string | number | boolean;
  readonly about: string;
  /** Bounds of a number. */
  readonly least?: number;
  readonly most?: number;
  /** Allowed texts. */
  readonly choices?: readonly string[];
}

export const SETTINGS = {
  'session.idle-hours': { scope: 'installation', kind: 'number', default: 12, least: 0.25, most: 720, about: 'Hours without a request after which a session ends.' },
  'session.most-days': { scope: 'installation', kind: 'number', default: 7, least: 0.1, most: 90, about: 'Days after which a session ends in any case; counts for sessions begun afterwards.' },
  'export.most-rows': { scope: 'installation', kind: 'number', default: 1_000_000, least: 1_000, most: 100_000_000, about: 'Most rows of one export.' },
  'retention.days': { scope: 'installation', kind: 'number', default: 0, least: 0, most: 36_500, about: 'Days, counted from ingestion, after which observations are dropped; 0 keeps them.' },
  'retention.max-gib': { scope: 'installation', kind: 'number', default: 0, least: 0, most: 1_000_000, about: 'Size in GiB above which the oldest observations are dropped; 0 sets no bound.' },
  'people.language': { scope: 'organisation', kind: 'text', default: 'en', choices: ['en', 'ja'], about: 'Language of people who are added: en or ja.' },
} as const satisfies Record<string, SettingEntry>;

export type SettingKey = keyof typeof SETTINGS;
