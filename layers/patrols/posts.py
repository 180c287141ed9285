"""The posts of a grid's team in words. Pure. A roster that names its posts in words of its own is told as delivered."""

from __future__ import annotations

#: Post of a roster -> Chinese, English. They are no roles: the leader of a team is not the leader of the district.
POSTS: dict[str, tuple[str, str]] = {
    "leader": ("网格长", "Grid leader"),
    "service": ("服务员", "Service"),
    "mediator": ("调解员", "Mediator"),
    "patrol": ("巡查员", "Patrol"),
    "safety": ("安全员", "Safety"),
}


def post_words(post: str) -> tuple[str, str]:
    """Chinese and English of a post; the post itself, twice, where it is a word already."""
    return POSTS.get(post, (post, post))
