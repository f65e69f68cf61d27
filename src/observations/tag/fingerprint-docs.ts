/**
 * `docs/fingerprints.md`: what the rules recognise, how surely, and from which source. Rendered from the rule files.
 *
 * In: the shipped rules. Out: Markdown.
 * @module
 */
import { loadRules } from './rule-reader.ts';
import { SOURCE_RULES } from './source-verdicts.ts';
import { RULE_FIELDS, type Condition, type Expression } from './expression.ts';
import { compileFingerprints, compileScreening } from './rules.ts';

export function renderFingerprintDocs(): string {
  const { fingerprints, screening } = loadRules();
  const escape = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const row = (...cells: string[]) => `| ${cells.map(escape).join(' | ')} |\n`;
  let out = `# Fingerprints and screening

Rules are data: \`rules/fingerprints/*.json\` name the tool that made a packet, \`rules/screening/*.json\` say why a packet may be set
aside. Each rule carries packets that it must match and packets that it must not; they are its tests. A packet gets at most one tool,
that of the strongest rule. The strength is the chance that an unrelated packet of the same class satisfies the rule.

## The language

A rule looks at packets of one class (\`on\`): \`syn\` (SYN without ACK, RST, FIN), \`tcp\`, \`udp\`, \`icmp\`, \`ip\`; by default of IPv4
(\`families\`). All conditions of \`when\` must hold. Fields: ${RULE_FIELDS.map((field) => `\`${field}\``).join(', ')} (for ICMP,
\`sport\` and \`dport\` are type and code; \`ttlOrigin\` is the TTL before its hops, the least of 32, 64, 128, 255 not below the
received one). Expressions: \`xor\`, \`add\`, \`sub\`, \`and\`, \`low16\`, \`high16\`, \`swap16\`, \`swap32\`, \`not\`, \`payload16\`.
Conditions: \`eq\`, \`ne\`, \`in\`, \`between\`, \`bits\`, \`options\`, \`payload\`, \`contains\`, \`any\`, \`all\`. Own rules go into
\`fingerprints/\` and \`screening/\` of the rules folder of the data directory.

## One packet suffices (${fingerprints.length} rules)

`;
  out += row('rule', 'tool', 'strength', 'what it recognises', 'condition', 'source') + row('---', '---', '---', '---', '---', '---');
  for (const rule of compileFingerprints(fingerprints).rules) out += row(`\`${rule.id}\``, rule.tool, `2^${rule.strengthLog2}`, rule.about, `${rule.on}: ${rule.when.map(inWords).join(' and ')}`, rule.source);
  out += `\n## Several packets of a source are needed (${SOURCE_RULES.length} rules)\n\nKept per source and window in \`src/observations/tag/source-verdicts.ts\`; a verdict needs a chance of coincidence of at most 2^-30.\n\n`;
  out += row('rule', 'tool', 'strength', 'what it recognises', 'source') + row('---', '---', '---', '---', '---');
  for (const rule of SOURCE_RULES) out += row(`\`${rule.id}\``, rule.tool, rule.strength, rule.about, rule.source);
  out += `\n## Screening by shape (${screening.length} rules)\n\nLabels, first that fits: own, backscatter, research (loaded lists; behaviour by \`screener.ts\`), misconfiguration, known-malware, unexplained. A tool verdict outranks a shape.\n\n`;
  out += row('rule', 'label', 'why', 'condition', 'source') + row('---', '---', '---', '---', '---');
  for (const rule of compileScreening(screening).rules) out += row(`\`${rule.id}\``, rule.label, rule.about, `${rule.on}: ${rule.when.map(inWords).join(' and ')}`, rule.source);
  return out;
}

/** A condition as a reader would write it. */
export function inWords(condition: Condition): string {
  if ('eq' in condition) return `${term(condition.eq[0])} = ${term(condition.eq[1])}`;
  if ('ne' in condition) return `${term(condition.ne[0])} ≠ ${term(condition.ne[1])}`;
  if ('in' in condition) return `${term(condition.in[0])} in {${condition.in[1].join(', ')}}`;
  if ('between' in condition) return `${condition.between[1]} ≤ ${term(condition.between[0])} ≤ ${condition.between[2]}`;
  if ('bits' in condition) {
    const [expression, mask, value] = condition.bits;
    return expression === 'ipBits' && mask === 1 ? `DF ${value === 1 ? 'set' : 'clear'}` : `${term(expression)} & ${mask} = ${value}`;
  }
  if ('options' in condition) return condition.options === 'none' ? 'no options' : `options ${condition.options}`;
  if ('payload' in condition) return `payload at ${condition.payload.at} is ${bytes(condition.payload)}`;
  if ('contains' in condition) return `the first ${condition.contains.within} payload bytes contain ${bytes(condition.contains)}`;
  const [parts, join] = 'any' in condition ? [condition.any, ' or '] : [condition.all, ' and '];
  return `(${parts.map(inWords).join(join)})`;
}

function bytes(part: { readonly hex: string } | { readonly text: string }): string {
  return 'hex' in part ? `\`${part.hex}\`` : JSON.stringify(part.text);
}

function term(expression: Expression): string {
  if (typeof expression === 'number') return expression > 65_535 ? `0x${expression.toString(16)}` : String(expression);
  if (typeof expression === 'string') return expression;
  if ('xor' in expression) return `(${expression.xor.map(term).join(' ^ ')})`;
  if ('add' in expression) return `(${expression.add.map(term).join(' + ')})`;
  if ('sub' in expression) return `(${expression.sub.map(term).join(' − ')})`;
  if ('and' in expression) return `(${term(expression.and[0])} & ${expression.and[1]})`;
  const [name, inner] = Object.entries(expression)[0] as [string, Expression];
  return `${name}(${term(inner)})`;
}
