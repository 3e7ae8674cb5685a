"""The refusals of uploads."""

from aggregates.errors import Malformed, RuleBroken

LONGEST_NAME = 100


class GroupNameMissing(Malformed):
    code = "group-name-missing"
    message = "Give the group of learners a name."


class GroupNameTooLong(Malformed):
    code = "group-name-too-long"
    message = f"The group's name is longer than {LONGEST_NAME} characters. Shorten it."


class GroupNameTaken(RuleBroken):
    code = "group-name-taken"
    message = (
        "You have used the group name {name} before, for group {group}. Give this group"
        " another name, as “{name} 2”."
    )


class StillChecking(RuleBroken):
    code = "still-checking"
    message = "Group {group} is still being checked. Wait until it has reached 50 %."


class NothingReady(RuleBroken):
    code = "nothing-ready"
    message = (
        "No record of group {group} is ready to become a learner. Correct the invalid"
        " ones first, or wait for those that are not yet verified."
    )


class StillToMap(RuleBroken):
    code = "still-to-map"
    message = (
        "The file of group {group} has columns of other names than the template's. Say"
        " first which of its columns is which of ours."
    )


class GroupIsMapped(RuleBroken):
    code = "group-is-mapped"
    message = (
        "The columns of group {group} were settled when it was checked. To change them,"
        " upload the file again as another group."
    )


class EncodingIsCertain(RuleBroken):
    code = "encoding-is-certain"
    message = (
        "The file of group {group} was read as {encoding}, which cannot be mistaken for"
        " another encoding. Correct the names in the records."
    )


class TooLateToReadAgain(RuleBroken):
    code = "too-late-to-read-again"
    message = (
        "Group {group} was submitted, so its file is not read again. Amend the learners"
        " instead."
    )


class GroupIsUsed(RuleBroken):
    code = "group-is-used"
    message = (
        "Group {group} cannot be undone, because learners of it are on {uses}. Take"
        " them off first, which can be done only while that is a draft."
    )


class GroupIsUndone(RuleBroken):
    code = "group-is-undone"
    message = (
        "The upload of group {group} was undone, so nothing can be done with it. Upload"
        " the file again as another group."
    )


class StillAdding(RuleBroken):
    code = "still-adding"
    message = (
        "The learners of group {group} are still being added. Wait until it has reached"
        " 100 %."
    )


class ColumnNotThere(Malformed):
    code = "column-not-there"
    message = "The file has no column “{column}”. Choose one of {columns}, or none."


class ColumnTwice(Malformed):
    code = "column-twice"
    message = "The column “{column}” is chosen for {first} already. Choose it once."


class ColumnNeeded(Malformed):
    code = "column-needed"
    message = "Say which column is {title}: every learner needs one."
