/**
 * Rules against their own examples, and what happens to broken rules and hostile rows.
 * @module
 */
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { newPacketBatch } from '../../core/packet-batch.ts';
import { exampleBatch } from './example-packet.ts';
import { checkFingerprint, classify, compileFingerprints, compileRules, compileScreening, newClasses, type CompiledRules, type ExamplePacket, type FingerprintRule, type ScreeningRule } from './rules.ts';
import { loadRules } from './rule-reader.ts';

const rules = loadRules();

function verdict(set: CompiledRules<FingerprintRule | ScreeningRule>, example: ExamplePacket): string | undefined {
  const batch = exampleBatch([example]), classes = newClasses(), verdicts = new Uint8Array(1);
  classify(batch, classes);
  set.run(batch, classes, verdicts);
  return verdicts[0] === 0 ? undefined : (set.rules[(verdicts[0] as number) - 1] as { id: string }).id;
}

for (const [kind, list] of [['fingerprint', rules.fingerprints], ['screening', rules.screening]] as const) {
  test(`every ${kind} rule matches its own examples alone, and none of its counter-examples`, () => {
    for (const rule of list) {
      const alone = compileRules([rule]);
      for (const example of rule.examples.match) assert.equal(verdict(alone, example), rule.id, `${rule.id} misses ${JSON.stringify(example)}`);
      for (const example of rule.examples.miss) assert.equal(verdict(alone, example), undefined, `${rule.id} takes ${JSON.stringify(example)}`);
    }
  });
}

test('with all fingerprint rules at work, each example is given the tool of its rule', () => {
  const all = compileFingerprints(rules.fingerprints);
  const toolOf = new Map(rules.fingerprints.map((rule) => [rule.id, rule.tool]));
  for (const rule of rules.fingerprints) for (const example of rule.examples.match) {
    assert.equal(toolOf.get(verdict(all, example) ?? ''), rule.tool, `${rule.id}: ${JSON.stringify(example)}`);
  }
});

test('there are at least 25 fingerprint rules, each with a source', () => {
  assert.ok(rules.fingerprints.length >= 25, String(rules.fingerprints.length));
});

test('the strongest rule names the tool: masscan sending to an address equal to its sequence number is Mirai by 2^-32 against 2^-30', () => {
  const dst = (198 << 24 | 51 << 16 | 100 << 8 | 20) >>> 0;
  const example: ExamplePacket = { src: '203.0.113.9', dst: '198.51.100.20', proto: 'tcp', sport: 50_000, dport: 443, ttl: 240, flags: 'S', seq: dst, ipid: 443, window: 1024 };
  assert.equal(verdict(compileFingerprints(rules.fingerprints), example), 'mirai-seq');
  assert.deepEqual(compileFingerprints(rules.fingerprints).explain(exampleBatch([example]), 0).map((r) => r.id), ['mirai-seq', 'masscan-old-template', 'masscan-relation']);
});

test('a packet whose transport header was not captured gets no verdict', () => {
  const all = compileFingerprints(rules.fingerprints), screening = compileScreening(rules.screening);
  for (const rule of [...rules.fingerprints, ...rules.screening]) {
    if (rule.on === 'ip') continue;
    for (const example of rule.examples.match) {
      const batch = exampleBatch([example]), classes = newClasses(), verdicts = new Uint8Array(1);
      batch.ipBits[0] = 0;
      classify(batch, classes);
      all.run(batch, classes, verdicts);
      assert.equal(verdicts[0], 0, rule.id);
      screening.run(batch, classes, verdicts);
      if (!example.reservedBit) assert.equal(verdicts[0], 0, rule.id);
    }
  }
});

test('an empty batch is no trouble, and lying offsets read nothing outside', () => {
  const all = compileFingerprints(rules.fingerprints), classes = newClasses();
  classify(newPacketBatch(4, 'local/x', 1), classes);
  all.run(newPacketBatch(4, 'local/x', 1), classes, new Uint8Array(1));
  for (const rule of rules.fingerprints) for (const example of rule.examples.match) {
    const batch = exampleBatch([example]), verdicts = new Uint8Array(1);
    batch.optOff[0] = 0xffff_fff0; batch.payOff[0] = 0xffff_fff0;
    classify(batch, classes);
    all.run(batch, classes, verdicts);
    const found = verdicts[0] === 0 ? null : all.rules[(verdicts[0] as number) - 1];
    // What is left must be a rule about fixed header fields only.
    assert.ok(!found || !JSON.stringify(found.when).includes('"payload"') || JSON.stringify(found.when).includes('"any"') || found.id !== rule.id, rule.id);
  }
});

test('a broken rule is refused with its id and its place', () => {
  const good = rules.fingerprints[0]!;
  const broken: [unknown, RegExp][] = [
    [{ ...good, tool: 'nonsense' }, /'nonsense' is not a tool/],
    [{ ...good, when: [{ eq: ['seq'] }] }, /when\[0\]\.eq must be a list of 2/],
    [{ ...good, when: [{ eq: ['sequence', 1] }] }, /'sequence', which is not a field/],
    [{ ...good, when: [{ between: ['seq', -1, 2] }] }, /-1 is not an unsigned/],
    [{ ...good, when: [{ options: 'MSS=1460,FOO' }] }, /'FOO' is not a TCP option/],
    [{ ...good, when: [{ payload: { at: 300, hex: '00' } }] }, /behind the 256 payload bytes/],
    [{ ...good, when: [] }, /'when' must list conditions/],
    [{ ...good, examples: { match: good.examples.match, miss: [] } }, /examples that miss/],
    [{ ...good, when: [JSON.parse('{"any":['.repeat(20) + '{"eq":["seq",1]}' + ']}'.repeat(20))] }, /nested deeper/],
  ];
  for (const [rule, message] of broken) assert.throws(() => checkFingerprint(rule), message);
});
