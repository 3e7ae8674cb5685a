"""One process at a time follows the log."""

from projections.database import open_database


def test_a_leader_lock_is_one_process_s_until_it_is_released(
    database_url: str,
) -> None:
    here, elsewhere = open_database(database_url), open_database(database_url)
    mine, theirs = here.leader_lock("thing"), elsewhere.leader_lock("thing")
    assert mine.acquire()
    assert not theirs.acquire()
    assert mine.acquire()
    another = elsewhere.leader_lock("another")
    assert another.acquire()
    another.release()
    mine.release()
    assert theirs.acquire()
    assert not mine.acquire()
    theirs.release()
    mine.release()
    for database in (here, elsewhere):
        database.close()
