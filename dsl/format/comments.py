"""Comments beside the words of a form: each belongs to the word it stands before or behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dsl.format.layout import Remark
from dsl.source import Source
from dsl.syntax import Comment, Token


@dataclass(frozen=True)
class Around:
    """What stands around a word: comments on lines before it, a blank line before it, a comment behind it."""

    remarks: tuple[Remark, ...] = ()
    blank: bool = False
    trailing: str | None = None


ALONE = Around()


class Comments:
    """The comments of one form by word."""

    def __init__(self, source: Source, words: Iterable[Token], comments: Iterable[Comment]) -> None:
        self._around: dict[int, Around] = {}
        waiting = list(comments)
        before: Token | None = None
        end = 0
        for word in words:
            remarks: list[Remark] = []
            while waiting and waiting[0].span.start < word.span.start:
                comment = waiting.pop(0)
                if comment.alone or before is None:
                    remarks.append(
                        Remark(comment.text, before is not None and has_blank(source, end, comment.span.start))
                    )
                else:
                    self._set_trailing(before, comment)
                end = comment.span.end
            blank = before is not None and has_blank(source, end, word.span.start)
            self._around[word.span.start] = Around(tuple(remarks), blank)
            before, end = word, word.span.end
        if before is not None:
            for comment in waiting:
                self._set_trailing(before, comment)

    def _set_trailing(self, word: Token, comment: Comment) -> None:
        around = self._around[word.span.start]
        self._around[word.span.start] = Around(around.remarks, around.blank, comment.text)

    def around(self, word: Token) -> Around:
        """Return what stands around a word."""
        return self._around.get(word.span.start, ALONE)

    def take_before(self, word: Token) -> Around:
        """Return what stands around a word and leave the rest to it only what stands behind it."""
        around = self.around(word)
        self._around[word.span.start] = Around(trailing=around.trailing)
        return around

    def is_between(self, left: Token, right: Token) -> bool:
        """Whether a comment stands between two neighbouring words."""
        return self.around(left).trailing is not None or bool(self.around(right).remarks)


def has_blank(source: Source, start: int, end: int) -> bool:
    """Whether an empty line stands in a stretch of the source without words and comments."""
    return source.text.count("\n", start, end) > 1
