"""Calendar: harvests every source at its time, and obeys what operators ask, until it is told to stop."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor as Workers
from apscheduler.schedulers.background import BackgroundScheduler

from harvesters.errors import Misconfigured
from index.harvests import breaker
from index.harvests.commands import Action, Command, done, is_done, is_paused, keep, put_off, take
from index.harvests.history import last_done
from index.protocol import Index, IndexUnavailable, LeaseLost
from index.state import Outcome, Run
from schedules.lease import Busy
from schedules.run import NotDue
from schedules.stop import Stop, Stopped
from schedules.timetable import Timetable

LOGGER = logging.getLogger(__name__)
# Another scheduler has the source, or the index does not answer: after so many looks for commands it is looked again.
_LOOKS = 12


class Works(Protocol):
    """What the calendar sets going; each returns a line that says what came of it."""

    def harvest(self, source: str, stop: Stop, is_due: Callable[[], bool]) -> Run:
        """One run. Raises Busy, NotDue, Misconfigured, IndexUnavailable."""

    def replay(self, source: str, arguments: Mapping[str, str], stop: Stop) -> str: ...

    def remap(self, source: str, arguments: Mapping[str, str], stop: Stop) -> str: ...


@dataclass(frozen=True)
class Calendar:
    """`timetables` by source. `workers` runs go on at the same time; commands are looked for every `poll` seconds."""

    index: Index
    works: Works
    timetables: Mapping[str, Timetable]
    owner: str
    now: Callable[[], datetime]
    workers: int = 2
    poll: float = 5.0

    def run(self, stop: Stop) -> None:
        """Until `stop` is set; then runs under way end after the page in their hands, and are closed."""
        scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": Workers(self.workers)},
            # Late is better than never, and once is enough.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for name, timetable in self.timetables.items():
            start = self._first(name, timetable)
            scheduler.add_job(self._fire, timetable.trigger(start), id=name, args=(name, stop, scheduler), next_run_time=start)
            LOGGER.info("%s: %s, next at %s", name, timetable.text, f"{start:%Y-%m-%dT%H:%M:%SZ}")
        scheduler.start()
        try:
            # Commands have workers of their own, so that a long harvest does not keep an operator waiting.
            with ThreadPoolExecutor(self.workers, thread_name_prefix="commands") as clerks:
                desk: dict[str, tuple[Command, Future[None]]] = {}
                while not stop.wait(self.poll):
                    self._look_for_commands(clerks, desk, stop)
        finally:
            stop.set()
            scheduler.shutdown(wait=True)

    def _first(self, name: str, timetable: Timetable) -> datetime:
        """When the source is due by its history: at once when that time has passed while no scheduler lived."""
        return max(timetable.after(last_done(self.index.runs(name), self.now()), self.now()), self.now())

    # --- runs ----------------------------------------------------------------------------------------------------------------
    def _fire(self, name: str, stop: Stop, scheduler: BackgroundScheduler) -> None:
        """One scheduled run, unless something is in its way; the reason is logged."""
        try:
            if is_paused(self.index, name):
                LOGGER.info("%s is paused", name)
                return
            until = breaker.open_until(self.index, name, self.now())
            if until:
                LOGGER.warning("%s failed again and again: not tried before %s", name, f"{until:%Y-%m-%dT%H:%M:%SZ}")
                return
            self._harvest(name, stop, self._is_due(name))
        except NotDue:
            LOGGER.info("%s was harvested by another scheduler", name)
        except Busy as error:
            LOGGER.info("%s", error)
            self._look_again(name, stop, scheduler)
        except IndexUnavailable as error:
            LOGGER.error("%s: %s", name, error)
            self._look_again(name, stop, scheduler)

    def _look_again(self, name: str, stop: Stop, scheduler: BackgroundScheduler) -> None:
        """In a while, and not at the source's next time only: what was in the way may be gone by then."""
        again = self.now() + timedelta(seconds=self.poll * _LOOKS)
        scheduler.add_job(self._fire, "date", run_date=again, id=f"{name} again", args=(name, stop, scheduler), replace_existing=True)

    def _harvest(self, name: str, stop: Stop, is_due: Callable[[], bool]) -> Run | None:
        try:
            run = self.works.harvest(name, stop, is_due)
        except Misconfigured as error:
            LOGGER.error("%s: %s", name, error)
            breaker.record(self.index, name, Outcome.FAILED, self.now())
            return None
        breaker.record(self.index, name, run.outcome, self.now())
        return run

    def _is_due(self, name: str) -> Callable[[], bool]:
        return lambda: self.timetables[name].is_due(last_done(self.index.runs(name), self.now()), self.now())

    # --- commands ------------------------------------------------------------------------------------------------------------
    def _look_for_commands(self, clerks: ThreadPoolExecutor, desk: dict[str, tuple[Command, "Future[None]"]], stop: Stop) -> None:
        """Gives each free clerk a command, and says which are still being obeyed. `desk` holds these."""
        try:
            for name, (command, work) in list(desk.items()):
                if work.done():
                    del desk[name]
                    if error := work.exception():
                        LOGGER.error("%s %s failed: %s: %s", command.action, command.source, type(error).__name__, error)
                        done(self.index, command, f"failed: {type(error).__name__}: {error}")
                else:
                    keep(self.index, command, self.now())
            for command in take(self.index, self.owner, self.now(), self.timetables, self.workers - len(desk)):
                desk[command.id] = (command, clerks.submit(self._obey, command, stop))
        except IndexUnavailable as error:
            LOGGER.error("commands: %s", error)

    def _obey(self, command: Command, stop: Stop) -> None:
        try:
            result = None if is_done(self.index, command) else self._result(command, stop)
            if result is not None:
                done(self.index, command, result)
        except IndexUnavailable as error:
            LOGGER.error("command %s: %s", command.id, error)

    def _result(self, command: Command, stop: Stop) -> str | None:
        """What came of the command; None when it must be tried again."""
        name = command.source
        try:
            if command.action is Action.RUN:
                run = self._harvest(name, stop, lambda: not is_done(self.index, command))
                if run is not None and run.outcome is Outcome.ABORTED:
                    raise Stopped(run.reason)
                return f"{run.outcome}: {run.reason or f'received {run.counts.received}'}" if run else "a setting is wrong: see the log"
            work = self.works.replay if command.action is Action.REPLAY else self.works.remap
            return work(name, command.arguments, stop)
        except NotDue:
            return None
        except (Busy, LeaseLost, Stopped) as error:
            put_off(self.index, command, self.now())
            LOGGER.info("%s %s waits: %s", command.action, name, error)
            return None
        except Misconfigured as error:
            return str(error)
