import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderMetrics } from './exposition.ts';

describe("Prometheus' text format", () => {
  it('holds help, type and samples', () => {
    const text = renderMetrics([
      { name: 'up', help: 'Whether\nit \\ is', type: 'gauge', samples: [{ value: 1 }] },
      {
        name: 'took_seconds',
        help: 'How long',
        type: 'histogram',
        samples: [
          { suffix: '_bucket', labels: { le: '+Inf' }, value: 2 },
          { suffix: '_sum', value: 0.5 },
          { suffix: '_count', value: 2 },
        ],
      },
    ]);
    assert.equal(
      text,
      `# HELP up Whether\\nit \\\\ is
# TYPE up gauge
up 1
# HELP took_seconds How long
# TYPE took_seconds histogram
took_seconds_bucket{le="+Inf"} 2
took_seconds_sum 0.5
took_seconds_count 2
`,
    );
  });

  it('escapes labels and writes numbers as Prometheus reads them', () => {
    const samples = [
      { labels: { a: 'say "hi"\n\\', b: '' }, value: Number.POSITIVE_INFINITY },
      { value: Number.NaN },
      { value: Number.NEGATIVE_INFINITY },
    ];
    const text = renderMetrics([{ name: 'x', help: '', type: 'counter', samples }]);
    assert.deepEqual(text.split('\n').slice(2, 5), ['x{a="say \\"hi\\"\\n\\\\",b=""} +Inf', 'x NaN', 'x -Inf']);
  });
});
