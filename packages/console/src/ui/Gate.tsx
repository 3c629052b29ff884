/** The sign of Tidegate: a gate over water. */
export function Gate() {
  return (
    <svg className="gate" viewBox="0 0 24 24" aria-hidden="true">
      <path className="gate-bars" d="M6 3v11M12 3v11M18 3v11" />
      <path
        className="gate-water"
        d="M2 19.5c1.7 0 1.7-1.5 3.3-1.5s1.7 1.5 3.3 1.5 1.7-1.5 3.4-1.5 1.6 1.5 3.3 1.5 1.7-1.5 3.4-1.5 1.6 1.5 3.3 1.5"
      />
    </svg>
  )
}
