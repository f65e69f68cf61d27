/**
 * One line about each field, for completions, the portal and `docs/query-language.md`.
 * @module
 */

export const FIELD_ABOUT: Readonly<Record<string, string>> = Object.freeze({
  at: 'when: ISO 8601 (UTC unless an offset is given), now, now-1d; a bare date means its whole day',
  org: 'organisation key',
  sensor: "sensor name, or org/sensor; wildcards allowed",
  region: "watched network the destination lies in, such as 198.51.100.0/24, or none",
  src: 'source address or network',
  dst: 'destination address or network',
  sport: 'source port; TCP and UDP unless a protocol is named (udp/53)',
  port: 'destination port; TCP and UDP unless a protocol is named (tcp/23, icmp/8 for an ICMP type is sport)',
  proto: 'IP protocol: tcp, udp, icmp, … or a number',
  ttl: 'TTL or hop limit as received, 0–255',
  ipid: 'IP identification',
  window: 'TCP window, unscaled, 0–65535',
  flags: 'TCP flags: S, SA, syn|ack or a number; == is exact, ~ means all of these are set',
  seq: 'TCP sequence number',
  payload: 'first bytes of the payload contain a text or, as 0x…, bytes',
  tool: "the packet's own tool",
  label: 'screening label; of log lines the tool or product they name',
  role: 'what the source is',
  country: 'two-letter country of the source',
  asn: 'autonomous system of the source: AS64496 or a number',
  kind: 'kind of observation; wildcards allowed (honeypot.*)',
  tag: 'tag of the source, by an engine or an operator; wildcards allowed',
  name: 'name of the finding, such as port.distributed',
  engine: 'engine that concluded it',
  subject: 'what it is about: tcp/23, 198.51.100.7',
  state: 'triage state',
  score: 'calibrated chance that it is real, 0–1',
  severity: '1 (note) to 5 (act now)',
  sources: 'distinct sources',
});
