/**
 * Migration 1: organisations, sensors, sources and the ledger, findings and alerts, people and keys, audit, settings, views, jobs.
 *
 * Text is bounded by those who write it; times are bigint microseconds. What must never change (audit, finding events) is
 * guarded by triggers, so that not even our own mistake edits history.
 * @module
 */
import type { Migration } from './migration.ts';

export const spine: Migration = {
  number: 1,
  name: 'spine',
  statements: [
    `create table meta (key text primary key, value text not null)`,
    `create table org (id text primary key, name text not null, created_us bigint not null)`,

    `create table sensor (
      id text primary key, org text not null references org(id), name text not null, country text not null default '', zone text not null default 'UTC',
      simulated boolean not null default false, created_us bigint not null, unique (org, name))`,
    `create table sensor_region (
      sensor text not null references sensor(id), region text not null, position integer not null, primary key (sensor, region), unique (sensor, position))`,
    `create table sensor_gap (
      id bigint generated always as identity primary key, sensor text not null references sensor(id), from_us bigint not null, to_us bigint not null,
      reason text not null default '', created_us bigint not null, created_by text not null default '', check (from_us < to_us))`,
    `create index sensor_gap_time on sensor_gap (sensor, from_us)`,

    `create table source (
      content text not null, sensor text not null, path text not null default '', format text not null default '',
      packets bigint not null default 0, records bigint not null default 0, defects bigint not null default 0,
      finished_us bigint, first_us bigint, last_us bigint, primary key (content, sensor))`,
    `create table block (
      content text not null, sensor text not null, first bigint not null, count bigint not null,
      packets bigint not null default 0, records bigint not null default 0, quarantined bigint not null default 0,
      from_us bigint, to_us bigint, begun_us bigint not null, acknowledged_us bigint, primary key (content, sensor, first))`,
    `create index block_unacknowledged on block (begun_us) where acknowledged_us is null`,
    `create table defect (
      content text not null, sensor text not null, line bigint not null, reason text not null, quote text not null default '',
      primary key (content, sensor, line, reason))`,

    `create table finding (
      id text primary key, org text not null, name text not null, engine text not null, version text not null, subject text not null,
      first_window_us bigint not null, from_us bigint not null, to_us bigint not null, first_raised_us bigint not null,
      ports jsonb not null, sensors jsonb not null, sources bigint not null, countries jsonb not null, source_role text not null,
      score double precision not null, severity integer not null, facts jsonb not null, evidence jsonb not null, marking text not null,
      ended boolean not null, simulated boolean not null, why text not null,
      state text not null default 'open', snoozed_until_us bigint, created_us bigint not null, updated_us bigint not null)`,
    `create index finding_time on finding (org, to_us desc)`,
    `create index finding_state on finding (org, state, to_us desc)`,
    `create index finding_like on finding (org, name, subject, from_us desc)`,
    `create table finding_source (
      finding text not null references finding(id) on delete cascade, src text not null, packets bigint, primary key (finding, src))`,
    `create index finding_source_src on finding_source (src)`,
    `create table finding_event (
      id bigint generated always as identity primary key, finding text not null references finding(id), at_us bigint not null, person text not null default '',
      kind text not null, from_state text not null default '', to_state text not null default '', reason text not null default '',
      until_us bigint, undoes bigint references finding_event(id), detail jsonb not null default '{}')`,
    `create index finding_event_finding on finding_event (finding, id)`,
    `create table alert (
      id bigint generated always as identity primary key, finding text not null references finding(id), org text not null, sink text not null,
      occasion text not null default 'raised', state text not null default 'waiting', attempts integer not null default 0, next_us bigint not null,
      last_error text not null default '', created_us bigint not null, sent_us bigint, unique (finding, sink, occasion))`,
    `create index alert_due on alert (next_us) where state = 'waiting'`,
    `create table engine_memory (
      org text not null, engine text not null, scope text not null default '', version text not null, window_us bigint not null default 0,
      bytes bytea not null, updated_us bigint not null, primary key (org, engine, scope))`,

    `create table person (
      id text primary key, name text not null, email text not null default '', language text not null default 'en', password text,
      created_us bigint not null, last_seen_us bigint, check (language in ('en', 'ja')))`,
    `create unique index person_name on person (lower(name))`,
    `create table role_of (
      person text not null references person(id) on delete cascade, org text not null references org(id), role text not null, created_us bigint not null,
      primary key (person, org), check (role in ('viewer', 'analyst', 'administrator')))`,
    `create table session (
      hash text primary key, person text not null references person(id) on delete cascade, org text not null references org(id),
      created_us bigint not null, seen_us bigint not null, expires_us bigint not null)`,
    `create table sign_in_link (
      hash text primary key, person text not null references person(id) on delete cascade, org text not null references org(id),
      loopback_only boolean not null, created_us bigint not null, expires_us bigint not null, used_us bigint)`,
    `create table api_key (
      id text primary key, hash text not null unique, org text not null references org(id), role text not null, created_us bigint not null,
      created_by text not null, last_used_us bigint, revoked_us bigint, check (role in ('viewer', 'analyst', 'administrator')))`,
    `create table audit (
      seq bigint primary key, at_us bigint not null, org text not null, person text not null, action text not null, subject text not null,
      detail text not null, previous text not null, hash text not null unique)`,
    `create index audit_org on audit (org, seq desc)`,

    `create table setting (
      org text not null, key text not null, value jsonb not null, changed_us bigint not null, changed_by text not null, primary key (org, key))`,
    `create table setting_history (
      id bigint generated always as identity primary key, org text not null, key text not null, value jsonb not null, changed_us bigint not null, changed_by text not null)`,
    `create table view (
      id text primary key, org text not null references org(id), person text not null, name text not null, query text not null,
      from_text text not null default '', to_text text not null default '', kind text not null, created_us bigint not null, check (kind in ('view', 'alert', 'hunt')))`,
    `create table job (
      id text primary key, org text not null, person text not null, kind text not null, label text not null, state text not null, done bigint not null default 0,
      total bigint, message text not null default '', started_us bigint not null, finished_us bigint)`,

    `create function refuse_change() returns trigger language plpgsql as $$ begin raise exception '% is never changed', tg_table_name; end $$`,
    `create trigger audit_fixed before update or delete on audit for each row execute function refuse_change()`,
    `create trigger finding_event_fixed before update or delete on finding_event for each row execute function refuse_change()`,
  ],
};
