/**
 * Observations that are not packets: one line of another tool's log, one session of a honeypot, one counter of a sensor.
 *
 * Packets travel as PacketBatch (`core/packet-batch.ts`); everything else as {@link Observation}. Both end in the same
 * table of the event store and answer the same queries. `kind` is from the closed catalogue below.
 * @module
 */
import type { Role } from '../core/vocabulary.ts';

/** Closed catalogue `<area>.<thing>.<what-happened>` → what it means. Packets have the first kind. */
export const KINDS = {
  'darknet.packet.seen': 'A packet that reached the telescope.',
  'darknet.packet.logged': 'A packet as another tool logged it, without its bytes (Spoki raw events).',
  'darknet.frame.other': 'A frame without a readable IP packet (ARP, LLDP, a broken header).',
  'darknet.packet.late': 'Packets that came after their window had closed, with their count.',
  'darknet.packet.dropped': 'Packets the kernel or a full queue dropped, with their count.',
  'darknet.flow.seen': 'A connection summary of another tool (Zeek conn.log, Suricata flow).',
  'darknet.count.seen': 'A published count for a period (packets or hosts in an interval), not packets.',
  'darknet.probe.sent': 'A reactive telescope asked back.',
  'fingerprint.stack.seen': "A passive fingerprint of a host's network stack (p0f).",
  'ids.alert.raised': "Another system's alert (Suricata).",
  'ids.event.seen': "Another system's protocol event (Suricata dns, http, tls, ssh, …).",
  'honeypot.session.opened': 'Somebody connected to a honeypot.',
  'honeypot.session.closed': 'The session ended.',
  'honeypot.client.named': 'The client said what it is (banner, key exchange, terminal size).',
  'honeypot.login.succeeded': 'Typed credentials were accepted by the honeypot.',
  'honeypot.login.failed': 'Typed credentials were refused.',
  'honeypot.command.typed': 'A command was typed.',
  'honeypot.file.stored': 'A file was uploaded or downloaded in the session.',
  'honeypot.tunnel.requested': 'The client asked to be forwarded elsewhere.',
  'honeypot.request.seen': 'A request of the protocol (HTTP, HL7, …).',
  'honeypot.session.seen': 'A whole session in one record.',
  'honeypot.event.seen': 'Another event of a honeypot that has no kind of its own.',
  'sensor.health.reported': "A sensor's own counters.",
} as const satisfies Record<string, string>;
export type Kind = keyof typeof KINDS;

/** One observation that is not a packet. Text fields are outside text: escape on output, never splice. */
export interface Observation {
  readonly kind: Kind;
  /** Integer microseconds. */
  readonly atUs: number;
  /** Address text, or '' when the record names none. */
  readonly src: string;
  readonly dst: string;
  readonly sport: number;
  readonly dport: number;
  /** IP protocol number, 0 when unknown. */
  readonly proto: number;
  readonly role: Role;
  /** Joins records of one session within one sensor; '' when none. */
  readonly session: string;
  /** Tool or product the record names (`cowrie`'s client banner, p0f's os label); '' when none. */
  readonly label: string;
  /** First PAYLOAD_KEPT bytes the peer sent, if the record has them. */
  readonly payload: Uint8Array | null;
  /**
   * Normalised further fields under ECS names where ECS has one (`user.name`, `process.command_line`, `url.path`,
   * `http.request.method`, `event.action`, `rule.name`, `ssh.client`, …); values are text or numbers. Bounded to 64 KiB as JSON.
   */
  readonly fields: Readonly<Record<string, string | number>>;
  /** Line or record number in its source, from 1. */
  readonly line: number;
}

/** Something in a source that could not be read: counted, and quoted with its place. */
export interface Defect {
  /** Line (text) or record (binary) number, from 1. */
  readonly line: number;
  /** Short reason: what was expected, what was got. */
  readonly reason: string;
  /** At most 200 characters of the offending text, control characters replaced. */
  readonly quote: string;
}
