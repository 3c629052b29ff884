/** Drawn here, 16 by 16, in the colour of the text. They only repeat what words beside them say. */
export type IconName = keyof typeof paths

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}

const paths = {
  activity: 'M1.5 8.5h3l2-5.5 3 10 2-4.5h3',
  agent: 'M4 5.5h8v6H4zM8 5.5v-3M6.3 8.2v.6M9.7 8.2v.6M2 7.5v2M14 7.5v2',
  allow: 'M3 8.5l3.3 3.3L13 4.8',
  chain: 'M6.5 9.5l3-3M7 4.8l1.2-1.2a3 3 0 0 1 4.2 4.2L11.2 9M9 11.2l-1.2 1.2a3 3 0 0 1-4.2-4.2L4.8 7',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  deny: 'M3.2 3.2l9.6 9.6M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z',
  explain: 'M2 3h12M4 6.5h8M6 10h4M7.5 13.5h1',
  human: 'M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8zM2.8 13.7c.6-2.4 2.6-3.7 5.2-3.7s4.6 1.3 5.2 3.7',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  pipeline: 'M3 5.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM13 13.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM3 5.5V9a3 3 0 0 0 3 3h5.5',
  play: 'M5 3.5l7 4.5-7 4.5z',
  question: 'M5.7 6a2.3 2.3 0 1 1 3.6 1.9c-.9.6-1.3 1-1.3 2M8 12.3v.4',
  restart: 'M13 8a5 5 0 1 1-1.6-3.7M13.3 1.8v3h-3',
  scale: 'M8 13.5v-11M4.5 6L8 2.5 11.5 6M4.5 10L8 13.5l3.5-3.5',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6L14 14',
  services: 'M2 2.5h5v5H2zM9 2.5h5v5H9zM2 9.5h5v4H2zM9 9.5h5v4H9z',
  stop: 'M4 4h8v8H4z',
  workload: 'M8 1.8l5.5 3v6.4L8 14.2l-5.5-3V4.8zM2.5 4.8L8 8l5.5-3.2M8 8v6',
} as const
