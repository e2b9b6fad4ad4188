import { ActionIcon, Group, Tooltip } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconPlayerTrackNext } from '@tabler/icons-react';
import { useMay } from '../../api/may.ts';
import type { Schedule } from './calendar.ts';

interface ScheduleActionsProps {
  readonly schedule: Schedule;
  readonly onChange: () => void;
  readonly onRun: () => void;
}

/** Runs the function of a schedule now, and pauses or resumes the schedule; nothing for who may not. */
export function ScheduleActions({ schedule: { name, function: of, enabled }, onChange, onRun }: ScheduleActionsProps) {
  if (useMay('trigger:write', `function:${of}`).allowed !== true) return null;
  return (
    <Group gap={2} wrap="nowrap" justify="flex-end">
      <Tooltip label="Run it now">
        <ActionIcon size="sm" aria-label={`Run ${of} now`} onClick={onRun}>
          <IconPlayerTrackNext size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={enabled ? 'Pause' : 'Let it run again'}>
        <ActionIcon size="sm" aria-label={`${enabled ? 'Pause' : 'Resume'} ${name}`} onClick={onChange}>
          {enabled ? <IconPlayerPause size={15} aria-hidden /> : <IconPlayerPlay size={15} aria-hidden />}
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
