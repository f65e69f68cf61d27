/**
 * Every word of the portal in Japanese; the type demands each key of `en.ts`.
 * @module
 */
import type { Catalogue } from './en.ts';
import type { Segment } from './segment.ts';

export const ja: Catalogue = {
  brand: 'Noroshi', brandAbout: '早期警戒',
  skip: '本文へ移動',
  pages: { now: 'いま', explore: '探索', findings: '検知', earlyWarning: '早期警戒', portsAtRisk: '警戒ポート', health: '健全性', host: 'ホスト', port: 'ポート', finding: '検知の詳細', signIn: 'サインイン', first: '最初の一歩', missing: '見つかりません' },
  nav: 'ページ', menu: 'メニュー', close: '閉じる', cancel: 'やめる', save: '保存', remove: '削除', undo: '元に戻す', retry: '再読み込み', more: 'さらに表示', all: 'すべて', none: 'なし', yes: 'はい', no: 'いいえ', unknown: '不明', open: '開く',
  queryLabel: '検索式', queryPlaceholder: 'port == 23 && tool == mirai && country == JP', queryClear: '検索式を消す', completions: '入力候補',
  queryErrorAt: (at) => `${at} 文字目`,
  timeRange: '期間', lastSpan: { '15m': '直近 15 分', '1h': '直近 1 時間', '6h': '直近 6 時間', '1d': '直近 1 日', '7d': '直近 1 週間', '30d': '直近 30 日', all: '全期間' },
  brushLabel: '表示する期間', brushHint: 'ドラッグで期間を選びます。矢印キーで移動、Shift と矢印キーで幅を変えられます。',
  live: 'ライブ', newest: '最新', paused: '一時停止', goLive: 'ライブ表示に戻す', pause: 'ここで止める',
  sensorsLive: (_n, text) => `センサー ${text} 台稼働`,
  noSensorLive: '稼働中のセンサーなし（保存データ）', lag: (text) => `遅延 ${text}`, disconnected: '接続が切れました。再接続しています',
  gapsToday: (n, text, first) => (n === 0 ? '本日の欠測なし' : `本日の欠測 ${text} 件${first ? `（${first}）` : ''}`),
  orgSharing: (org) => `組織 ${org}`,
  simulated: '模擬データ',
  newFinding: (title) => `新しい検知：${title}`,
  theme: '配色', themes: { system: 'システムに合わせる', light: 'ライト', dark: 'ダーク' }, contrast: '高コントラスト', language: '言語', languages: { en: 'English', ja: '日本語' }, signOut: 'サインアウト', help: 'キー操作とヘルプ', profile: 'プロフィールと表示',
  drawer: '詳細', evidenceTray: '証拠', evidenceCount: (text) => `証拠 ${text}`,
  table: '表で見る', chart: 'グラフで見る', copyTable: 'CSV でコピー',
  normalBand: '平常範囲', learning: '平常範囲を学習中',
  severity: (n) => `深刻度 5 段階中 ${n}`,
  loading: '読み込み中', loadFailed: '読み込めませんでした', offline: 'サーバーが応答しません。再起動中かもしれません。自動で再試行します。',
  nothingHere: '何もありません', asOf: (time) => `${time} 時点`,
  copied: (what) => `${what} をコピーしました`, copyFailed: 'ブラウザーがコピーを許可しませんでした',
  notAllowed: (role) => `この操作には${role}の権限が必要です。`,
  roles: { viewer: '閲覧者', analyst: '分析者', administrator: '管理者' },
  value: { menu: (text) => `${text} の操作`, only: 'これだけに絞る', not: 'これを除く', pivot: 'これを軸に調べる', page: '専用ページを開く', evidence: '証拠に加える', copy: 'コピー', tag: 'タグを付ける…' },
  tag: { title: (text) => `${text} にタグを付ける`, value: 'タグ', valueHint: '半角の英小文字・数字と . : _ - が使えます', reason: '理由', add: 'タグを付ける', added: (tag, text) => `${text} にタグ ${tag} を付けました`, removed: (tag) => `タグ ${tag} を外しました` },
  evidence: { empty: 'まだ何もありません。行や検知の上で e を押すと、ここに残ります。', added: '証拠に加えました', removed: '証拠から外しました', copyAll: 'すべてテキストでコピー', clear: '空にする', about: 'このブラウザーの中だけに保存されます。' },
  helpTitle: 'キー操作', helpKeys: {
    query: '検索式の入力', pages: 'ページ移動：n いま・e 探索・f 検知・w 早期警戒・h 健全性', rows: '次の行・前の行', drawer: '行の詳細を開く', evidence: '行を証拠に加える', pivot: '行の値に対する操作', live: 'ライブ表示と一時停止', triage: '検知の判定：真・説明のつく真・偽・保留', undo: '元に戻す', escape: '詳細やメニューを閉じる', help: 'このヘルプ',
  },
  helpLanguage: '検索式の例', helpExamples: ['port == 23', 'port == tcp/23 && tool == mirai', 'country == [JP, KR] && !(label == research)', 'src == 198.51.100.0/24', 'at > now-1d && role == scanner'],
  now: {
    span: { h: '直近 1 時間に', d: '直近 24 時間に', range: (from, to) => `${from} から ${to} までに`, last: (text) => `直近 ${text}に` },
    sentence: (p): Segment[] => {
      const head: Segment[] = [`${p.span} `, { b: `${p.hosts} ホスト` }, `が ${p.sensorsText} つの観測網を探索し`];
      if (p.change === null) return [...head, 'ました。平常時の水準はまだ学習中です。'];
      if (p.change.kind === 'as') return [...head, `、${p.when}としては`, { b: '平常どおり' }, 'です。'];
      return [...head, `、${p.when}の`, { b: `平常より ${p.change.text} ${p.change.kind === 'above' ? '多い' : '少ない'}` }, '状況です。'];
    },
    rising: (p): Segment[] => [' ', { port: p.port }, ` が${p.places ? ` ${p.places} で` : ''}増加しています。${p.countriesN > 0 ? `${p.countries} か国の ` : ''}${p.hosts} ホストです。`],
    headlineOther: (title): Segment[] => [{ hot: title }, ' を検知しています。'],
    quiet: (): Segment[] => ['いま人の判断が必要なものはありません。'],
    weekdayPart: (weekday, part) => `${weekday}${{ night: '深夜', morning: '午前', afternoon: '午後', evening: '夜' }[part]}`,
    packetsPerSecond: '毎秒パケット数', hostsPerMinute: '毎分ホスト数', portsAbove: '平常を超えるポート',
    map: '送信元', mapNote: '大きさ：ホスト数　色：増減', mapLess: '減少', mapMore: '増加', changes: '変化', noChanges: 'この期間に変化はありません。', ports: 'ポートの現況', noPorts: 'この期間に探索されたポートはありません。', trend: '推移', change: '変化', tools: 'ツール', firstSeenAt: '最初の観測点',
    listNames: (names) => (names.length === 2 ? names.join(' と ') : names.join('、')),
    andMore: (text) => `ほか ${text}`,
    mapSummary: (countries, top) => `送信元の世界地図。${countries} か国。ホスト数が最も多いのは${top}です。`,
    seriesSummary: (name, last, low, high) => `${name}:現在 ${last}、表示期間の最小 ${low}、最大 ${high}。`,
  },
  col: {
    time: '時刻', value: '値', low: '平常の下限', high: '平常の上限', country: '国・地域', hosts: 'ホスト', packets: 'パケット', records: 'レコード', sources: '送信元数', port: '宛先ポート', service: 'サービス', ratio: '前の期間比', tool: 'ツール', share: '割合', sensor: 'センサー', src: '送信元ホスト', dst: '宛先', sport: '送信元ポート', proto: 'プロトコル', ttl: 'TTL', ipid: 'IP-ID', window: 'ウィンドウ', flags: 'フラグ', seq: 'シーケンス番号', length: '長さ', payload: 'ペイロード', label: '選別', role: '役割', asn: 'AS', kind: '種別', region: '観測領域', org: '組織', session: 'セッション', tags: 'タグ', first: '初観測', last: '最終観測', finding: '検知', severity: '深刻度', state: '状態', name: '名前', fields: '項目',
  },
  role: { unknown: '不明', attacker: '攻撃者', scanner: 'スキャナー', research: '調査機関', victim: '被害者', relay: '中継' },
  label: { unexplained: '未説明', research: '調査スキャン', backscatter: 'バックスキャッタ', misconfiguration: '設定ミス', 'known-malware': '既知マルウェア', own: '自組織' },
  explore: {
    title: '探索', totals: (packets, records, sources) => `${packets} パケット・${records ? `${records} レコード・` : ''}送信元 ${sources}`, histogram: 'パケット数の推移', histogramSummary: (total, from, to) => `${from} から ${to} まで ${total} パケット。グラフ上のドラッグで期間を選べます。`,
    rows: '観測', facets: '内訳', examples: '例から始める', exampleList: ['port == tcp/23 && tool == mirai', 'label == unexplained && country == JP', 'role == victim'], facet: { port: '宛先ポート', src: '送信元ホスト', tool: 'ツール', country: '国・地域', label: '選別' },
    nothing: 'この期間に一致する観測はありません。', nothingHint: '期間を広げるか、条件を減らしてください。', saveView: 'この検索を保存…', saveTitle: '検索を保存', saveName: '名前', saveKind: '種類', kinds: { view: 'ビュー', alert: 'アラート', hunt: 'ハント' }, saved: (name) => `「${name}」を保存しました`, views: '保存済み', exportJson: 'JSON Lines', exportCsv: 'CSV', exportLabel: '書き出し', loadMore: '以前の行を読み込み中', end: 'これより前の行はありません', rowLabel: (src, port, time) => `${time} ${src} から ${port}`, noTool: 'ツール判定なし', measure: '内訳の単位',
  },
  findings: {
    title: '検知', states: { open: '要判断', true: '真', benign: '説明済み', false: '偽', snoozed: '保留', noted: '参考' }, group: 'まとめ方', groups: { none: 'まとめない', kind: '種類', port: 'ポート', sensor: 'センサー' }, emptyOpen: '判断が必要な検知はありません。', emptyOpenHint: '新しい検知は、上がった瞬間にここへ表示されます。', empty: 'この状態の検知はありません。', filtered: '検索式に一致する検知はありません。',
    hosts: (_n, text) => `${text} ホスト`, victims: (_n, text) => `被害者 ${text}`, allSensors: '全地点', ongoing: '継続中', ended: '終了',
    why: 'なぜ表示されているか', figures: '数値', evidence: '証拠', matrixNote: '時間 × ホスト：色はパケット数', matrixLabel: (hosts, slots) => `${hosts} ホスト、${slots} 区間の図。色はパケット数です。`, series: '統計量と平常範囲', reproduce: '再現する検索式', openExplore: '探索で開く', openPage: '専用ページを開く', sources: '送信元ホスト', victimsHead: '被害者', victimNote: 'これらは被害者のアドレスです。偽装された要求への応答が届いたもので、攻撃者として外部へ出すことはありません。', moreSources: '一覧は途中までです。検索式ですべて確認できます。', history: '対応の記録', noHistory: 'まだ判定されていません。', like: 'これまでの同種', noLike: 'ここでは初めての種類です。', engine: 'エンジン', basis: '手法', version: '版', when: '時間', where: '観測点', who: '送信元', score: '確度', firstRaised: '最初の警告', advice: '対処', marking: '共有範囲',
    outcomes: { true: '真', benign: '説明のつく真', false: '偽', snoozed: '保留', open: '要判断に戻す' }, outcomeHint: { true: '実際の攻撃や変化です', benign: '事実ですが、説明がつきます', false: '内容が当たっていません', snoozed: '24 時間後にもう一度見ます', open: '要判断に戻します' }, reason: '理由（任意）', decided: (title, outcome) => `${title}:${outcome}と判定しました`, undone: (title) => `${title}:元に戻しました`, triage: '判定', stateNow: (state) => `現在の状態：${state}`, notFound: 'この検知は存在しないか、他の組織のものです。',
    countries: (_n, text) => `${text} か国`, actions: { outcome: '判定', undo: '取り消し', note: '記録' },
  },
  figures: {
    uniqueSources: '送信元ホスト数', expectedSources: '平常の送信元数', peakSources: '最大の送信元数', unit: '集計単位', tailStrengthLog10: '尾確率（log10）', strengthLog10: '強さ（log10）', chanceLog10: '偶然の確率（log10）', falseAlertsPerSensorDayBudget: '誤報の許容数（センサー・日）',
    sensorsRisen: '増加したセンサー', sensorsObserving: '観測中のセンサー', smallestRatio: '最小の増加率', leadMinutes: '先行時間（分）', packets: 'パケット数', distinctDestinations: '宛先数', distinctPorts: '宛先ポート数', durationSeconds: '継続時間（秒）', estimatedRatePps: '推定速度（毎秒）', darkAddresses: 'ダークネットのアドレス数', preset: '判定基準', rule: '判定基準',
    baselineMedian: '平常の中央値', tailProbability: '尾確率', windowSeconds: '窓（秒）', expectedPackets: '平常のパケット数', silentMinutes: '無観測（分）', packetsPerMinute: '毎分パケット数', observedDays: '観測日数', changeScore: '変化スコア', threshold: '閾値', value: '値', series: '系列', granularityMinutes: '粒度（分）', sizeBefore: '前の件数', sizeAfter: '後の件数', keptEntries: '共通の件数', ratio: '比', basis: '根拠', historyDays: '履歴日数', peak: '最大', peakPerMinute: '毎分の最大',
  },
  risk: {
    title: '警戒ポート', lead: '各ポートを自身の過去と比べ、何も変わっていない場合に最新の値が出る確率を示します。小さいほど異例です。', rising: '同時に増えているもの', noRising: '複数の観測点に共通する増加は、いまのところありません。', tail: '平常時の確率', median: '通常のホスト数', learning: '学習中', only: '異例のみ', none: 'この期間に探索されたポートはありません。', watch: '監視中のポート', sort: (name) => `${name}で並べ替え`,
  },
  health: {
    title: '健全性', tabs: { sensors: 'センサー', engines: 'エンジン', store: '保存とジョブ', account: 'アカウント', settings: '設定', keys: 'API キー', people: '利用者', audit: '監査記録' }, sectionNav: '健全性の項目',
    states: { live: '稼働', quiet: '静穏', outage: '停止', stored: '保存データ' }, stateAbout: { live: 'パケットが届いています', quiet: '稼働中ですが、最近のパケットはありません', outage: '届くはずのパケットが届いていません', stored: 'ファイルから読み込んだものです' },
    lastPacket: '最終パケット', lag: '遅延', dropped: '取りこぼし', gaps: '欠測', calendar: '過去 24 時間', calendarLabel: (sensor, gaps) => `${sensor} の 1 時間ごとのパケット数。${gaps}`, noGaps: '欠測なし', gapsN: (_n, text) => `欠測 ${text} 件`, addGap: '欠測を記録…', gapTitle: (sensor) => `${sensor} の欠測を記録`, gapFrom: '開始', gapTo: '終了', gapReason: '理由', gapAdded: '欠測を記録しました', regions: '観測領域', zone: 'タイムゾーン', editSensor: '編集…', editTitle: (sensor) => `${sensor} を編集`, countryCode: '国コード（2 文字）', regionsHint: '1 行に 1 つ。例：192.0.2.0/24', saved: '保存しました', noSensors: 'まだどのセンサーからも届いていません。',
    engines: 'エンジン', behind: '遅れ', window: '窓', lastWindow: '最後の窓', raised: '検知数', paper: '出典', noEngines: 'このプロセスで動いているエンジンはありません。',
    store: '保存', storeEngine: '方式', size: '容量', free: 'ディスクの空き', jobs: 'ジョブ', noJobs: '起動してから、読み込みや再生はまだ行われていません。', jobStates: { running: '実行中', done: '完了', failed: '失敗', cancelled: '中止' }, stop: '中止', defects: '読めなかった入力', noDefects: 'すべて読み込めました。', line: (text) => `${text} 行目`, tables: '同梱の対応表', licence: 'ライセンス', date: '日付', addData: 'データを追加',
    settingsLead: '変更はすぐに反映され、監査記録に残ります。', setting: '設定', default: '既定値', changed: (who, when) => `${when} に ${who} が変更`, reset: '既定値に戻す',
    keysLead: 'API 用のキーです。表示されるのは発行時の一度だけです。', newKey: 'キーを発行', key: 'キー', created: '発行', used: '最終利用', never: '未使用', by: '発行者', revoke: '失効', keyOnce: 'いまコピーしてください。再表示はできません。', revoked: 'キーを失効させました',
    peopleLead: '招待すると、一度だけ使えるリンクが発行されます。', invite: '招待', inviteLink: 'このリンクを送ってください。一度だけ使えます。', lastSeen: '最終利用', removed: (name) => `${name} を削除しました`, role: '権限',
    auditLead: 'すべての変更と書き出しを記録します。記録は連鎖しており、抜き取りや改変は検出されます。', intact: '記録の連鎖に異常はありません。', broken: '記録の連鎖が壊れています。変更または削除された項目があります。', action: '操作', subject: '対象', detail: '内容', person: '利用者', older: '以前の記録',
    accountLead: '名前とパスワードを設定すると、リンクなしでサインインできます。', password: '新しいパスワード', passwordHint: '12 文字以上にしてください。', passwordSaved: '保存しました。次回は名前とパスワードでサインインできます。', setUp: 'リンクでサインインしています。必要になる前にパスワードを設定してください。', setUpDo: 'パスワードを設定',
  },
  host: { lead: 'このホストが送ったものを、すべてのセンサーの観測で示します。', timeline: 'センサー別の推移', timelineLabel: (src, sensors) => `${sensors} で観測した ${src} のパケット数の推移。`, ports: '探索した宛先ポート', kinds: '観測の種別', findings: '関係する検知', noFindings: '関係する検知はありません。', tags: 'タグ', noTags: 'タグはありません。', addTag: 'タグを付ける…', nothing: 'この期間に、このホストの観測はありません。', explore: 'すべての観測を見る', victim: '届いたのは応答パケットです。このホストは攻撃者ではなく被害者です。', by: (who) => `${who} による`, totals: '合計', network: 'ネットワーク', seenAt: '観測点' },
  port: { hosts: 'ホスト数の推移', countries: '国・地域', tools: 'ツール', sensors: '観測した順', topHosts: '送信の多いホスト', findings: '検知', noFindings: 'このポートに関する検知はありません。', nothing: 'この期間に、このポートへの探索はありません。', lead: (hosts, packets) => `${hosts} ホスト・${packets} パケット`, after: (text) => `+${text}`, first: '最初', explore: 'すべての観測を見る', noService: '登録サービスなし', share: 'ホストの割合' },
  signIn: { title: 'サインイン', lead: '自分たちの観測網による早期警戒。', byLink: 'リンクでサインインしています…', linkFailed: 'このリンクはもう使えません。', linkHint: 'リンクは 1 時間以内に一度だけ使えます。サーバー上で次のように作り直せます。', name: '名前', password: 'パスワード', enter: 'サインイン', failed: '名前またはパスワードが違います。' },
  first: { title: 'まだ何も観測されていません。', lead: '見る対象を選んでください。どれを選んでも、数秒で最初の図が現れます。', read: 'キャプチャを読む', readAbout: 'このパソコンの pcap、pcapng、ログファイル。gzip と zstd にも対応しています。', listen: 'インターフェースを観測する', listenAbout: 'このサーバーのネットワークを tcpdump で観測します。', replay: '模擬の 1 日を再生する', replayAbout: '背景雑音と隠れた攻撃を含む 1 日です。常に模擬データと表示されます。', sensor: 'センサー名', interface: 'インターフェース', regions: '観測するネットワーク（任意）', start: '開始', choose: 'ファイルを選ぶ', uploading: (text) => `アップロード中 ${text}`, reading: (label) => `${label} を読み込み中`, progress: '進捗', noInterfaces: 'このサーバーでは観測できません', drop: 'またはここへドロップ', goNow: '図を見る', failed: 'うまくいきませんでした', needsAnalyst: '分析者または管理者の権限が必要です。' },
  missing: { title: 'このページはありません。', lead: 'アドレスの入力違いか、まだ作られていないページです。', back: '「いま」へ戻る' },
  crashed: { title: 'このページで不具合が起きました。', lead: 'ほかのページは使えます。原因はこちらのプログラムにあります。再読み込みで直ることがあります。', reload: '再読み込み' },
};
