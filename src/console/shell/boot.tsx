import './boot.css';

/** What stands until it is known who asks; index.html has the same until the scripts are there. */
export function Boot() {
  return (
    <div className="fob-boot" role="status" aria-label="The console is being loaded" data-loading>
      <img src="/console/icon.svg" alt="" width={26} height={26} />
      <span>Flock of Birds</span>
    </div>
  );
}
