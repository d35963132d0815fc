/** How much memory a process uses. */
import { readFileSync } from 'node:fs';

function field(pid: number, name: string): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1024;
}

/** Bytes that the process has in memory. */
export function memoryOf(pid: number): number {
  return field(pid, 'VmRSS');
}

/** The most that it has had. */
export function peakMemory(pid: number): number {
  return field(pid, 'VmHWM');
}
