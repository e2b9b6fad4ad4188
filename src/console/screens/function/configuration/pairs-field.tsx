import { ActionIcon, Button, Input, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import classes from './configuration.module.css';

interface PairsFieldProps {
  readonly label: string;
  readonly description: string;
  readonly names: { readonly name: string; readonly value: string };
  readonly value: Readonly<Record<string, string>>;
  readonly onChange: (value: Record<string, string>) => void;
}

/** Names and values, a line each. A line whose name is empty, or is given twice, does not count yet. */
export function PairsField({ label, description, names, value, onChange }: PairsFieldProps) {
  const [lines, setLines] = useState(() => linesOf(value));
  const [seen, setSeen] = useState(value);
  // What it is elsewhere than here, such as after somebody else's change, takes the place of the lines.
  if (value !== seen && !same(value, pairsOf(lines))) {
    setSeen(value);
    setLines(linesOf(value));
  }
  const write = (next: readonly Line[]) => {
    setLines(next);
    onChange(pairsOf(next));
  };
  const at = (index: number, change: Partial<Line>) =>
    write(lines.map((line, each) => (each === index ? { ...line, ...change } : line)));
  const isTwice = ({ name }: Line) => name !== '' && lines.filter((each) => each.name === name).length > 1;
  return (
    <Input.Wrapper label={label} description={description} labelElement="div">
      <div>
        <ul className={classes.pairs} aria-label={label}>
          {lines.map((line, index) => (
            <li key={line.id}>
              <TextInput
                aria-label={`${names.name} ${index + 1}`}
                placeholder={names.name}
                value={line.name}
                onChange={(event) => at(index, { name: event.currentTarget.value.trim() })}
                error={isTwice(line) && 'It is there twice'}
                spellCheck={false}
                autoComplete="off"
              />
              <TextInput
                aria-label={`${names.value} of ${line.name || `line ${index + 1}`}`}
                placeholder={names.value}
                value={line.value}
                onChange={(event) => at(index, { value: event.currentTarget.value })}
                spellCheck={false}
                autoComplete="off"
              />
              <ActionIcon
                aria-label={`Remove ${line.name || `line ${index + 1}`}`}
                onClick={() => write(lines.filter((_line, each) => each !== index))}
              >
                <IconX size={15} />
              </ActionIcon>
            </li>
          ))}
        </ul>
        <Button
          size="compact-sm"
          variant="subtle"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setLines([...lines, { id: nextId++, name: '', value: '' }])}
        >
          Add a {names.name.toLowerCase()}
        </Button>
      </div>
    </Input.Wrapper>
  );
}

interface Line {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

let nextId = 0;

function linesOf(value: Readonly<Record<string, string>>): readonly Line[] {
  return Object.entries(value).map(([name, each]) => ({ id: nextId++, name, value: each }));
}

function pairsOf(lines: readonly Line[]): Record<string, string> {
  return Object.fromEntries(lines.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]));
}

function same(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
