/**
 * Every word of the portal in English. `ja.ts` has the same keys by type: one missing there does not compile.
 *
 * Functions get numbers already written by `Intl` as text, and the bare number where the grammar needs it.
 * @module
 */
import type { Segment } from './segment.ts';

const many = (n: number, one: string, more: string): string => (n === 1 ? one : more);
const WORDS = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

export const en = {
  brand: 'Noroshi', brandAbout: 'early warning',
  skip: 'Skip to the page',
  // The frame
  pages: { now: 'Now', explore: 'Explore', findings: 'Findings', earlyWarning: 'Early warning', portsAtRisk: 'Ports at risk', health: 'Health', host: 'Host', port: 'Port', finding: 'Finding', signIn: 'Sign in', first: 'First picture', missing: 'Not found' },
  nav: 'Pages', menu: 'Menu', close: 'Close', cancel: 'Cancel', save: 'Save', remove: 'Remove', undo: 'Undo', retry: 'Try again', more: 'Show more', all: 'All', none: 'None', yes: 'Yes', no: 'No', unknown: 'unknown', open: 'Open',
  queryLabel: 'Query', queryPlaceholder: 'port == 23 && tool == mirai && country == JP', queryClear: 'Clear the query', completions: 'Completions',
  queryErrorAt: (at: string) => `at character ${at}`,
  timeRange: 'Time range', lastSpan: { '15m': 'Last 15 minutes', '1h': 'Last hour', '6h': 'Last 6 hours', '1d': 'Last day', '7d': 'Last week', '30d': 'Last 30 days', all: 'All stored time' },
  brushLabel: 'Time window', brushHint: 'Drag to choose a span. Arrow keys move the window, with Shift they resize it.',
  live: 'Live', newest: 'Newest', paused: 'Paused', goLive: 'Follow live traffic', pause: 'Pause here',
  sensorsLive: (n: number, text: string) => `${text} ${many(n, 'sensor', 'sensors')} live`,
  noSensorLive: 'no sensor is live: stored data', lag: (text: string) => `lag ${text}`, disconnected: 'connection lost, trying again',
  gapsToday: (n: number, text: string, first: string) => (n === 0 ? 'no gaps today' : `${text} ${many(n, 'gap', 'gaps')} today${first ? ` (${first})` : ''}`),
  orgSharing: (org: string) => `organisation ${org}`,
  simulated: 'simulated data',
  newFinding: (title: string) => `New finding: ${title}`,
  theme: 'Theme', themes: { system: 'As the system', light: 'Light', dark: 'Dark' }, contrast: 'High contrast', language: 'Language', languages: { en: 'English', ja: '日本語' }, signOut: 'Sign out', help: 'Keys and help', profile: 'Profile and appearance',
  drawer: 'Details', evidenceTray: 'Evidence', evidenceCount: (text: string) => `Evidence ${text}`,
  table: 'Show as a table', chart: 'Show as a chart', copyTable: 'Copy as CSV',
  normalBand: 'normal band', learning: 'learning what is normal',
  severity: (n: number) => `Severity ${n} of 5`,
  loading: 'Loading', loadFailed: 'This could not be loaded', offline: 'The server does not answer. It may be restarting; this page keeps trying.',
  nothingHere: 'Nothing here', asOf: (time: string) => `as of ${time}`,
  copied: (what: string) => `Copied ${what}`, copyFailed: 'The browser did not allow copying',
  notAllowed: (role: string) => `This needs the role ${role}.`,
  roles: { viewer: 'viewer', analyst: 'analyst', administrator: 'administrator' },
  // Values
  value: { menu: (text: string) => `Actions for ${text}`, only: 'Only this', not: 'Not this', pivot: 'Pivot: everything about it', page: 'Open its page', evidence: 'Add as evidence', copy: 'Copy', tag: 'Tag…' },
  tag: { title: (text: string) => `Tag ${text}`, value: 'Tag', valueHint: 'Lower-case letters, digits and . : _ -', reason: 'Reason', add: 'Add tag', added: (tag: string, text: string) => `${text} is tagged ${tag}`, removed: (tag: string) => `Tag ${tag} removed` },
  evidence: { empty: 'Nothing collected yet. Press e on a row or a finding to keep it here.', added: 'Kept as evidence', removed: 'Removed from evidence', copyAll: 'Copy all as text', clear: 'Clear', about: 'Kept in this browser only.' },
  // Help
  helpTitle: 'Keys', helpKeys: {
    query: 'Query', pages: 'Go to a page: n now · e explore · f findings · w early warning · h health', rows: 'Next and previous row', drawer: 'Open the row in the drawer', evidence: 'Add the row as evidence', pivot: 'Actions for the row’s value', live: 'Live or paused', triage: 'On a finding: true · benign true · false · snooze', undo: 'Undo', escape: 'Close the drawer or the menu', help: 'This help',
  },
  helpLanguage: 'Query language', helpExamples: ['port == 23', 'port == tcp/23 && tool == mirai', 'country == [JP, KR] && !(label == research)', 'src == 198.51.100.0/24', 'at > now-1d && role == scanner'],
  // Now
  now: {
    span: { h: 'In the last hour', d: 'In the last 24 hours', range: (from: string, to: string) => `From ${from} to ${to}`, last: (text: string) => `In the last ${text}` },
    sentence: (p: { span: string; hosts: string; hostsN: number; sensors: number; sensorsText: string; change: { text: string; kind: 'above' | 'below' | 'as' } | null; when: string }): Segment[] => {
      const head: Segment[] = [`${p.span} `, { b: `${p.hosts} ${many(p.hostsN, 'host', 'hosts')}` }, ` probed ${WORDS[p.sensors] ?? p.sensorsText} ${many(p.sensors, 'telescope', 'telescopes')}`];
      if (p.change === null) return [...head, '. What is normal is still being learnt.'];
      if (p.change.kind === 'as') return [...head, ', ', { b: 'as usual' }, ` for ${p.when}.`];
      return [...head, ', ', { b: `${p.change.text} ${p.change.kind === 'above' ? 'above' : 'below'} normal` }, ` for ${p.when}.`];
    },
    rising: (p: { port: string; places: string; hosts: string; hostsN: number; countries: string; countriesN: number }): Segment[] => [' ', { port: p.port }, ` is rising${p.places ? ` at ${p.places}` : ''}: ${p.hosts} ${many(p.hostsN, 'host', 'hosts')}${p.countriesN > 0 ? ` in ${p.countries} ${many(p.countriesN, 'country', 'countries')}` : ''}.`],
    headlineOther: (title: string): Segment[] => [' Look at this: ', { hot: title }, '.'],
    quiet: (): Segment[] => [' Nothing needs a human right now.'],
    weekdayPart: (weekday: string, part: 'night' | 'morning' | 'afternoon' | 'evening') => `a ${weekday} ${part}`,
    packetsPerSecond: 'Packets a second', hostsPerMinute: 'Hosts a minute', portsAbove: 'Ports above normal',
    map: 'Where it comes from', mapNote: 'size: hosts · colour: change', mapLess: 'less', mapMore: 'more than before', changes: 'What changed', noChanges: 'Nothing has changed in this time.', ports: 'Ports now', noPorts: 'No port was probed in this time.', trend: 'Trend', change: 'Change', tools: 'Tools', firstSeenAt: 'First seen at',
    listNames: (names: readonly string[]) => (names.length <= 1 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`),
    andMore: (text: string) => `${text} more`,
    mapSummary: (countries: string, top: string) => `World map of sources: ${countries} countries. Most hosts: ${top}.`,
    seriesSummary: (name: string, last: string, low: string, high: string) => `${name}: now ${last}, lowest ${low}, highest ${high} in the time shown.`,
  },
  col: {
    time: 'Time', value: 'Value', low: 'Normal from', high: 'Normal to', country: 'Country', hosts: 'Hosts', packets: 'Packets', records: 'Records', sources: 'Sources', port: 'Port', service: 'Service', ratio: 'Against before', tool: 'Tool', share: 'Share', sensor: 'Sensor', src: 'Source', dst: 'Destination', sport: 'Source port', proto: 'Protocol', ttl: 'TTL', ipid: 'IP-ID', window: 'Window', flags: 'Flags', seq: 'Sequence', length: 'Length', payload: 'Payload', label: 'Screening', role: 'Role', asn: 'AS', kind: 'Kind', region: 'Region', org: 'Organisation', session: 'Session', tags: 'Tags', first: 'First seen', last: 'Last seen', finding: 'Finding', severity: 'Severity', state: 'State', name: 'Name', fields: 'Fields',
  },
  role: { unknown: 'unknown', attacker: 'attacker', scanner: 'scanner', research: 'research', victim: 'victim', relay: 'relay' },
  label: { unexplained: 'unexplained', research: 'research scanner', backscatter: 'backscatter', misconfiguration: 'misconfiguration', 'known-malware': 'known malware', own: 'our own' },
  // Explore
  explore: {
    title: 'Explore', totals: (packets: string, records: string, sources: string) => `${packets} packets · ${records ? `${records} records · ` : ''}${sources} sources`, histogram: 'Packets over time', histogramSummary: (total: string, from: string, to: string) => `${total} packets from ${from} to ${to}. Drag on the chart to choose a span.`,
    rows: 'Observations', facets: 'Facets', examples: 'Try a question', exampleList: ['port == tcp/23 && tool == mirai', 'label == unexplained && country == JP', 'role == victim'], facet: { port: 'Ports', src: 'Sources', tool: 'Tools', country: 'Countries', label: 'Screening' },
    nothing: 'No observation matches in this time.', nothingHint: 'Widen the time range, or take a condition away.', saveView: 'Save this question…', saveTitle: 'Save this question', saveName: 'Name', saveKind: 'Kind', kinds: { view: 'View', alert: 'Alert', hunt: 'Hunt' }, saved: (name: string) => `Saved “${name}”`, views: 'Saved', exportJson: 'JSON lines', exportCsv: 'CSV', exportLabel: 'Export', loadMore: 'Loading older rows', end: 'No older rows', rowLabel: (src: string, port: string, time: string) => `${src} to ${port} at ${time}`, noTool: 'no tool recognised', measure: 'Facets count',
  },
  // Findings
  findings: {
    title: 'Findings', states: { open: 'Needs a human', true: 'True', benign: 'Explained', false: 'False', snoozed: 'Snoozed', noted: 'Noted' }, group: 'Group by', groups: { none: 'nothing', kind: 'kind', port: 'port', sensor: 'sensor' }, emptyOpen: 'Nothing needs a human.', emptyOpenHint: 'New findings appear here the moment they are raised.', empty: 'No finding in this state.', filtered: 'The query leaves none of them.',
    hosts: (n: number, text: string) => `${text} ${many(n, 'host', 'hosts')}`, victims: (n: number, text: string) => `${text} ${many(n, 'victim', 'victims')}`, allSensors: 'all sensors', ongoing: 'going on', ended: 'ended',
    why: 'Why am I seeing this?', figures: 'Figures', evidence: 'Evidence', matrixNote: 'time × hosts; colour: packets', matrixLabel: (hosts: string, slots: string) => `Picture of ${hosts} hosts over ${slots} time slots, coloured by packets.`, series: 'The statistic and its normal band', reproduce: 'Query that reproduces it', openExplore: 'Open in Explore', openPage: 'Open its page', sources: 'Sources', victimsHead: 'Victims', victimNote: 'These addresses are victims: the traffic is their replies to forged requests. They are never exported as attackers.', moreSources: 'The list is cut; the query has them all.', history: 'What people did', noHistory: 'Nobody has decided yet.', like: 'Its like before', noLike: 'The first of its kind here.', engine: 'Engine', basis: 'Method', version: 'Version', when: 'Time', where: 'Where', who: 'From', score: 'Confidence', firstRaised: 'First raised', advice: 'What to do', marking: 'Marking',
    outcomes: { true: 'True', benign: 'Benign true', false: 'False', snoozed: 'Snooze', open: 'Reopen' }, outcomeHint: { true: 'A real attack or change', benign: 'Real, and explained', false: 'Not what it says', snoozed: 'Look again in 24 hours', open: 'Back to the queue' }, reason: 'Reason (optional)', decided: (title: string, outcome: string) => `${title}: ${outcome}`, undone: (title: string) => `${title}: back as it was`, triage: 'Decision', stateNow: (state: string) => `Now: ${state}`, notFound: 'There is no such finding, or it belongs to another organisation.',
    countries: (n: number, text: string) => `${text} ${many(n, 'country', 'countries')}`, actions: { outcome: 'decided', undo: 'undid', note: 'noted' } as Readonly<Record<string, string>>,
  },
  /** Figures of evidence whose own name does not read well; the rest is spelt out from its key. */
  figures: { tailStrengthLog10: 'tail strength (log10)', strengthLog10: 'strength (log10)', chanceLog10: 'chance (log10)', estimatedRatePps: 'estimated packets a second', durationSeconds: 'duration (s)', falseAlertsPerSensorDayBudget: 'budget of false alerts a sensor-day' } as Readonly<Record<string, string>>,
  // Early warning
  risk: {
    title: 'Ports at risk', lead: 'Each port against its own history: how likely is the newest window if nothing has changed? Small is unusual.', rising: 'Rising together', noRising: 'No growth is shared between sensors right now.', tail: 'Chance if normal', median: 'Usual hosts', learning: 'learning', only: 'Unusual only', none: 'No port was probed in this time.', watch: 'Watched ports', sort: (name: string) => `Sort by ${name}`,
  },
  // Health
  health: {
    title: 'Health', tabs: { sensors: 'Sensors', engines: 'Engines', store: 'Store and jobs', account: 'Account', settings: 'Settings', keys: 'Keys', people: 'People', audit: 'Audit log' }, sectionNav: 'Sections of Health',
    states: { live: 'live', quiet: 'quiet', outage: 'outage', stored: 'stored' }, stateAbout: { live: 'packets are arriving', quiet: 'running, no packet lately', outage: 'should see packets and does not', stored: 'read from files' },
    lastPacket: 'Last packet', lag: 'Lag', dropped: 'Dropped', gaps: 'Gaps', calendar: 'Last 24 hours', calendarLabel: (sensor: string, gaps: string) => `Packets by the hour of ${sensor}; ${gaps}`, noGaps: 'no gap', gapsN: (n: number, text: string) => `${text} ${many(n, 'gap', 'gaps')}`, addGap: 'Mark a gap…', gapTitle: (sensor: string) => `Mark a gap of ${sensor}`, gapFrom: 'From', gapTo: 'To', gapReason: 'Reason', gapAdded: 'The gap is marked', regions: 'Regions', zone: 'Time zone', editSensor: 'Edit…', editTitle: (sensor: string) => `Edit ${sensor}`, countryCode: 'Country (two letters)', regionsHint: 'One network a line, such as 192.0.2.0/24', saved: 'Saved', noSensors: 'No sensor has reported yet.',
    engines: 'Engines', behind: 'Behind', window: 'Window', lastWindow: 'Last window', raised: 'Findings', paper: 'Source', noEngines: 'No engine runs in this process.',
    store: 'Store', storeEngine: 'Engine', size: 'Size', free: 'Free on disk', jobs: 'Jobs', noJobs: 'Nothing has been read or replayed since the start.', jobStates: { running: 'running', done: 'done', failed: 'failed', cancelled: 'cancelled' } as Readonly<Record<string, string>>, stop: 'Stop', defects: 'Unreadable input', noDefects: 'Everything could be read.', line: (text: string) => `line ${text}`, tables: 'Packaged tables', licence: 'Licence', date: 'Date', addData: 'Add data',
    settingsLead: 'Changes take effect at once and are written to the audit log.', setting: 'Setting', default: 'default', changed: (who: string, when: string) => `changed by ${who}, ${when}`, reset: 'Back to default',
    keysLead: 'Bearer keys for the API. A key is shown once.', newKey: 'New key', key: 'Key', created: 'Created', used: 'Last used', never: 'never', by: 'by', revoke: 'Revoke', keyOnce: 'Copy it now: it will not be shown again.', revoked: 'The key is revoked',
    peopleLead: 'Inviting somebody makes a link that works once.', invite: 'Invite', inviteLink: 'Send this link; it works once.', lastSeen: 'Last seen', removed: (name: string) => `${name} is removed`, role: 'Role',
    auditLead: 'Every change and every export, chained so that a removed entry is noticed.', intact: 'The chain is intact.', broken: 'The chain is broken: an entry was changed or removed.', action: 'Action', subject: 'Subject', detail: 'Detail', person: 'Person', older: 'Older entries',
    accountLead: 'Set a name and a password, so that you can sign in without a link.', password: 'New password', passwordHint: 'At least 12 characters.', passwordSaved: 'Saved. Next time sign in with name and password.', setUp: 'You signed in by a link. Set a password before it is needed.', setUpDo: 'Set a password',
  },
  // Host and port
  host: { lead: 'What this host sent, seen by every sensor.', timeline: 'By sensor over time', timelineLabel: (src: string, sensors: string) => `Packets of ${src} over time at ${sensors}.`, ports: 'Ports it tried', kinds: 'What was observed', findings: 'Findings it is part of', noFindings: 'It is part of no finding.', tags: 'Tags', noTags: 'No tags.', addTag: 'Add a tag…', nothing: 'Nothing was seen of this host in this time.', explore: 'All its observations', victim: 'Its packets are replies: it is a victim here, not an attacker.', by: (who: string) => `by ${who}`, totals: 'Totals', network: 'Network', seenAt: 'Seen at' },
  port: { hosts: 'Hosts over time', countries: 'Countries', tools: 'Tools', sensors: 'Which sensor saw it first', topHosts: 'Busiest hosts', findings: 'Findings', noFindings: 'No finding names this port.', nothing: 'Nobody probed this port in this time.', lead: (hosts: string, packets: string) => `${hosts} hosts, ${packets} packets`, after: (text: string) => `+${text}`, first: 'first', explore: 'All its observations', noService: 'no registered service', share: 'Share of hosts' },
  // Signing in, first minute, not found
  signIn: { title: 'Sign in', lead: 'Early warning from your own telescopes.', byLink: 'Signing in with your link…', linkFailed: 'This link does not work any more.', linkHint: 'A link works once, for one hour. Make a new one on the server with:', name: 'Name', password: 'Password', enter: 'Sign in', failed: 'Name or password is not right.' },
  first: { title: 'Nothing has been seen yet.', lead: 'Give Noroshi something to look at. Each of these draws the first picture within seconds.', read: 'Read a capture', readAbout: 'A pcap, pcapng or log file of this computer; gzip and zstd are fine.', listen: 'Listen on an interface', listenAbout: 'Live packets of this server’s network, by tcpdump.', replay: 'Replay a simulated day', replayAbout: 'A day with background noise and hidden attacks, always marked as simulated.', sensor: 'Sensor name', interface: 'Interface', regions: 'Networks it watches (optional)', start: 'Start', choose: 'Choose a file', uploading: (text: string) => `Uploading, ${text}`, reading: (label: string) => `Reading ${label}`, progress: 'Progress', noInterfaces: 'This server may not listen', drop: 'or drop it here', goNow: 'Show the picture', failed: 'It did not work', needsAnalyst: 'An analyst or administrator has to do this.' },
  missing: { title: 'There is no such page.', lead: 'The address may be mistyped, or the page has not been built yet.', back: 'Back to Now' },
  crashed: { title: 'This page broke.', lead: 'The rest still works. The fault is ours; reloading may help.', reload: 'Reload' },
};

/** A string stays any string, a function keeps its parameters: what another language must supply. */
type Same<T> = T extends string ? string : T extends (...args: infer A) => infer R ? (...args: A) => R : T extends readonly string[] ? readonly string[] : { readonly [K in keyof T]: Same<T[K]> };
export type Catalogue = Same<typeof en>;
