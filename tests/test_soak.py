"""Some weeks of jobs with everything that can go wrong; `make soak` plays three years."""

from soak import play


def test_in_some_weeks_of_trouble_each_digest_goes_out_once_and_nothing_is_lost():
    counts = play(seed=7, weeks=4)
    assert counts.off == []
    assert (counts.digests_sent, counts.twice, counts.lost, counts.missing) == (counts.digests, 0, 0, 0)
    assert counts.digests == 35
    assert sum(counts.faults.values()) > 5
