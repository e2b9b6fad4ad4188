import type { Command } from 'commander';
import { examples } from '../command-line.ts';
import { defineReceiving, defineSending } from '../queue/messages.ts';
import { defineCare, defineSettings } from '../queue/queues.ts';

export function define(command: Command): void {
  command
    .description('Queues: messages that wait until somebody has done what they ask for.')
    .addHelpText(
      'after',
      examples(
        ['fob queue create jobs', 'a queue'],
        ['fob queue send jobs \'{"id": 1}\'', 'a message'],
        ['fob queue receive jobs --wait 20s --delete', 'wait for one, print it, and have done with it'],
        ['fob trigger add resize queue jobs', 'a function that is woken by messages'],
      ),
    );
  defineSettings(command);
  defineSending(command);
  defineReceiving(command);
  defineCare(command);
}
