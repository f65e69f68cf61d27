/**
 * Where we differ from tshark 4.0 on purpose, each with its reason. The oracle fails on any other difference, and on an entry here
 * that explains more or fewer frames than it says.
 * @module
 */

export interface Explanation {
  /** Ending of the capture's path below the shared data. */
  readonly file: string;
  readonly frames: number;
  /** Fields that differ, or 'all' where one side sees no IP packet at all. */
  readonly fields: 'all' | readonly string[];
  readonly reason: string;
}

const NOT_UNWRAPPED = 'this encapsulation is not unwrapped: the frame is a row without addresses';
const CUT_HEADER = 'the capture ends inside the IP header: tshark shows the fields before the cut, we count a row without addresses (BIT.cut)';
const SHORT_TOTAL = 'the IPv4 total length is shorter than the header: tshark stops there, we keep the addresses and set BIT.malformed';
const LENGTH_ZERO = 'the IPv4 total length is 0 (segmentation offload): tshark prints the length of the frame, `ipLen` is what the header says';
const PLEN_ZERO = 'the IPv6 payload length is 0 without a jumbo option (receive offload): tshark takes the packet as empty, we read to the end of the frame';
const JUMBO = 'a jumbo payload option gives the length (RFC 2675); tshark prints the 16-bit field, which is 0';
const FRACTION = 'the fraction of a second is more than a second: Wireshark lets it overflow 32 bits of nanoseconds, we add it and report a defect';

export const EXPLAINED: readonly Explanation[] = [
  { file: 'protocols-suricata-verify/decode-dce__input.pcap', frames: 31, fields: 'all', reason: `Cisco FabricPath: ${NOT_UNWRAPPED}` },
  { file: 'protocols-suricata-verify/decode-nsh-type2__input.pcap', frames: 1, fields: 'all', reason: `network service header: ${NOT_UNWRAPPED}` },
  { file: 'robustness-tcpdump/nsh.pcap', frames: 1, fields: 'all', reason: `network service header: ${NOT_UNWRAPPED}` },
  { file: 'protocols-zeek/dns-inverse-query.pcap', frames: 11, fields: 'all', reason: `FDDI: ${NOT_UNWRAPPED}` },
  { file: 'protocols-zeek/pbb-recursive-frames.pcapng', frames: 1, fields: 'all', reason: 'more than 16 nested backbone tags: MAX_TAGS bounds what one frame may cost' },
  { file: 'robustness-tcpdump/802_15_4-data.pcap', frames: 1, fields: 'all', reason: `6LoWPAN: ${NOT_UNWRAPPED}` },
  { file: 'robustness-tcpdump/LINKTYPE_USER2_PKTAP.pcap', frames: 1, fields: 'all', reason: `PKTAP in a user link type: ${NOT_UNWRAPPED}` },
  { file: 'robustness-tcpdump/arcnet-rfc1201-arp-icmp-http.pcap', frames: 22, fields: 'all', reason: `ARCnet: ${NOT_UNWRAPPED}` },
  { file: 'robustness-tcpdump/icmp-icmp_print-oobr-2.pcap', frames: 3, fields: 'all', reason: `frame relay: ${NOT_UNWRAPPED}` },
  { file: 'robustness-tcpdump/vrrp-vrrp_print-oobr.pcap', frames: 3, fields: 'all', reason: `frame relay: ${NOT_UNWRAPPED}` },
  { file: 'robustness-tcpdump/ieee802.11_htc.pcap', frames: 1, fields: 'all', reason: `802.11: ${NOT_UNWRAPPED}` },
  { file: 'robustness-tcpdump/icmp-rfc8335-missing-bytes.pcap', frames: 1, fields: 'all', reason: `MACsec: ${NOT_UNWRAPPED}` },
  { file: 'robustness-tcpdump/macsec-short-shorter.pcap', frames: 1, fields: 'all', reason: `MACsec: ${NOT_UNWRAPPED}` },
  { file: 'robustness-tcpdump/macsec-short-valid.pcap', frames: 1, fields: 'all', reason: `MACsec: ${NOT_UNWRAPPED}` },
  { file: 'protocols-zeek/trunc__ip6-trunc.pcap', frames: 1, fields: 'all', reason: CUT_HEADER },
  { file: 'scan-corpus-maltrail/truncated.pcap', frames: 2, fields: 'all', reason: CUT_HEADER },
  { file: 'protocols-zeek/trunc__mpls-6in6-broken.pcap.gz', frames: 13, fields: 'all', reason: `eleven: ${CUT_HEADER}; two: ${SHORT_TOTAL}` },
  { file: 'protocols-zeek/trunc__ipv4-truncated-broken-header.pcap', frames: 1, fields: 'all', reason: SHORT_TOTAL },
  { file: 'robustness-tcpdump/ipv4_invalid_total_length_2.pcap', frames: 1, fields: 'all', reason: SHORT_TOTAL },
  { file: 'protocols-zeek/trunc__ipv4-internally-truncated-header.pcap', frames: 1, fields: ['dst', 'badIpChecksum'], reason: 'the options of the IPv4 header are cut: tshark looks for a source route in them before it prints the destination' },
  { file: 'protocols-zeek/ip-bogus-header-len.pcap', frames: 1, fields: ['ipLen'], reason: LENGTH_ZERO },
  { file: 'robustness-tcpdump/icmp-length-zero.pcapng', frames: 1, fields: ['ipLen'], reason: LENGTH_ZERO },
  { file: 'robustness-tcpdump/bigtcp-ipv4.pcap', frames: 1, fields: ['ipLen'], reason: LENGTH_ZERO },
  { file: 'robustness-tcpdump/bigtcp-ipv4-geneve-ipv4.pcap', frames: 1, fields: ['ipLen'], reason: LENGTH_ZERO },
  { file: 'robustness-tcpdump/bigtcp-ipv4-geneve-ipv6.pcap', frames: 1, fields: ['ipLen'], reason: LENGTH_ZERO },
  { file: 'robustness-tcpdump/bigtcp-ipv4-vxlan-ipv4.pcap', frames: 1, fields: ['ipLen'], reason: LENGTH_ZERO },
  { file: 'robustness-tcpdump/bigtcp-ipv4-vxlan-ipv6.pcap', frames: 1, fields: ['ipLen'], reason: LENGTH_ZERO },
  { file: 'robustness-tcpdump/bigtcp-ipv6.pcap', frames: 1, fields: ['sport', 'dport', 'seq', 'ack', 'flags', 'window', 'options', 'optionKinds', 'mss', 'scale', 'payloadLen'], reason: PLEN_ZERO },
  { file: 'robustness-tcpdump/bigtcp-ipv6-vxlan-ipv4.pcap', frames: 1, fields: ['sport', 'dport'], reason: PLEN_ZERO },
  { file: 'robustness-tcpdump/icmpv6-length-zero.pcapng', frames: 1, fields: ['sport', 'dport'], reason: PLEN_ZERO },
  { file: 'robustness-tcpdump/ipv6_frag6_negative_len.pcap', frames: 1, fields: ['ipid', 'proto', 'laterFragment'], reason: PLEN_ZERO },
  { file: 'robustness-tcpdump/bigtcp-ipv6-hbh.pcap', frames: 1, fields: ['ipLen'], reason: JUMBO },
  { file: 'robustness-tcpdump/quic_32_bit_pointer_overflow.pcap', frames: 1, fields: ['ipLen'], reason: JUMBO },
  { file: 'robustness-tcpdump/hoobr_rt6_print.pcap', frames: 1, fields: ['proto'], reason: 'a routing header is cut before its eight bytes are there: tshark believes its first byte, we stay at 43' },
  { file: 'protocols-suricata-verify/ipv6-evasion__ipv6-malformed-fragments-28__frag-28.pcap', frames: 1, fields: ['sport'], reason: 'one byte of an ICMPv6 header: tshark shows the type, we want type and code' },
  { file: 'robustness-tcpdump/mptcp-dss-oobr.pcap', frames: 1, fields: ['optionKinds'], reason: "tshark gives up on the options at a broken MPTCP option, whose length is right" },
  { file: 'protocols-zeek/pppoe-over-qinq.pcap', frames: 6, fields: ['payloadLen', 'badChecksum'], reason: 'the PPPoE length leaves out six bytes that the IP total length has: tshark believes PPPoE; the TCP checksum is right over what IP says' },
  { file: 'robustness-tcpdump/atm-oam-loopback-print-overrun.pcap', frames: 1, fields: ['at'], reason: FRACTION },
  { file: 'robustness-tcpdump/rx_serviceid_oobr.pcap', frames: 1, fields: ['at'], reason: FRACTION },
  { file: 'robustness-tcpdump/timestamp_invalid_micro.pcap', frames: 1, fields: ['at'], reason: FRACTION },
];
