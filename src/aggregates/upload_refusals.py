"""Why something cannot be done with an upload."""

from aggregates.errors import Malformed, RuleBroken

LONGEST_NAME = 100


class GroupNameMissing(Malformed):
    message = "Give the group of learners a name."


class GroupNameTooLong(Malformed):
    message = f"The group's name is longer than {LONGEST_NAME} characters. Shorten it."


class GroupNameTaken(RuleBroken):
    message = (
        "You have used the group name {name} before, for group {group}. Give this group"
        " another name, as “{name} 2”."
    )


class StillChecking(RuleBroken):
    message = "Group {group} is still being checked. Wait until it has reached 50 %."


class NothingReady(RuleBroken):
    message = (
        "No record of group {group} is ready to become a learner. Correct the invalid"
        " ones first, or wait for those that are not yet verified."
    )


class StillToMap(RuleBroken):
    message = (
        "The file of group {group} has columns of other names than the template's. Say"
        " first which of its columns is which of ours."
    )


class GroupIsMapped(RuleBroken):
    message = (
        "The columns of group {group} were settled when it was checked. To change them,"
        " upload the file again as another group."
    )


class EncodingIsCertain(RuleBroken):
    message = (
        "The file of group {group} was read as {encoding}, which cannot be mistaken for"
        " another encoding. Correct the names in the records."
    )


class TooLateToReadAgain(RuleBroken):
    message = (
        "Group {group} was submitted, so its file is not read again. Amend the learners"
        " instead."
    )


class GroupIsUsed(RuleBroken):
    message = (
        "Group {group} cannot be undone, because learners of it are on {uses}. Take"
        " them off first, which can be done only while that is a draft."
    )


class GroupIsUndone(RuleBroken):
    message = (
        "The upload of group {group} was undone, so nothing can be done with it. Upload"
        " the file again as another group."
    )


class StillAdding(RuleBroken):
    message = (
        "The learners of group {group} are still being added. Wait until it has reached"
        " 100 %."
    )


class ColumnNotThere(Malformed):
    message = "The file has no column “{column}”. Choose one of {columns}, or none."


class ColumnTwice(Malformed):
    message = "The column “{column}” is chosen for {first} already. Choose it once."


class ColumnNeeded(Malformed):
    message = "Say which column is {title}: every learner needs one."
