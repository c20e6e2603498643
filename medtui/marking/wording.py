"""Sentences about a mark sheet: its delivery, and what handing it in means."""

from __future__ import annotations

from medtui.core.key_names import key_of
from medtui.core.mark_sheet import Sheet
from medtui.core.models import FileKind
from medtui.documents.words import figure
from medtui.store.outbox import DeliveryState, Hold, Submission

REPLACE = "This session already has an assessment. Replace it?"


def total_words(sheet: Sheet) -> str:
    """ "38.21 / 49.8   76.7 %", and what is not in it."""
    totals = sheet.totals
    if totals.score is None:
        return f"– / {figure(totals.max)}"
    words = f"{figure(totals.score)} / {figure(totals.max)}"
    if totals.percent is not None:
        words += f"   {figure(totals.percent)} %"
    return words


def missing_words(sheet: Sheet) -> str:
    """ "2 domains are not marked", and nothing where none is."""
    count = sheet.totals.missing
    if not count:
        return ""
    return "1 domain is not marked" if count == 1 else f"{count} domains are not marked"


def standing(sheet: Sheet, submission: Submission | None, partner: str) -> str:
    """Where a sheet is on its way, as its own line on the screen."""
    if submission is None or submission.sheet != sheet.id:
        return f"Draft, saved on this computer. {key_of('sheet.hand_in')} hands it in."
    words = _where(submission, submission.partner or partner)
    if submission.revision != sheet.revision:
        words += f" Changed since then: {key_of('sheet.hand_in')} hands it in again."
    return words


def _is_own(submission: Submission) -> bool:
    """Whether it is the candidate's own."""
    return submission.kind is FileKind.SELF_ASSESSMENT


def _sheet(submission: Submission) -> str:
    return "self-assessment" if _is_own(submission) else "mark sheet"


def _article(submission: Submission) -> str:
    return "a self-assessment" if _is_own(submission) else "an assessment"


def _file(submission: Submission, whose: str) -> str:
    return f"{whose} self-assessment" if _is_own(submission) else "the session's assessment"


def _where(submission: Submission, partner: str) -> str:
    reason = f" {submission.reason}" if submission.reason else ""
    if submission.is_in_the_way:
        asks = f"{key_of('sheet.hand_in')} asks whether to replace it"
        whose = asks if submission.is_host else f"{partner} decides"
        return f"Not uploaded: there is {_article(submission)} already, and {whose}."
    match submission.where:
        case DeliveryState.WAITING:
            return f"Handed in. Waiting for {partner} to come online.{reason}"
        case DeliveryState.WITH_HOST if submission.is_host:
            return f"Handed in, not yet uploaded.{reason}"
        case DeliveryState.WITH_HOST:
            return f"With {partner}, not yet uploaded.{reason}"
        case DeliveryState.UPLOADED:
            return f"Uploaded: it is {_file(submission, 'your')}."
    return f"{submission.reason} The sheet stays here: {key_of('sheet.save')} saves it as a file."


def moved(submission: Submission) -> str | None:
    """What is said when a sheet has come to where it stands; None where that is no news."""
    partner = submission.partner or "the other person"
    if not submission.is_mine:
        whose = f"{partner}'s {_sheet(submission)}"
        if submission.is_in_the_way:
            there = f"this session already has {_article(submission)}"
            return (
                f"{whose} has arrived, but {there}. Press {key_of('room.mark')} in the room to "
                "choose."
            )
        if submission.is_held:
            return f"{whose} has arrived, {_held(submission)}"
        return {
            DeliveryState.WITH_HOST: f"{whose} has arrived, and is being uploaded.",
            DeliveryState.UPLOADED: f"{whose} is uploaded.",
            DeliveryState.REFUSED: f"{whose} cannot be uploaded. {submission.reason}",
        }.get(submission.where)
    own = f"Your {_sheet(submission)}"
    if submission.is_in_the_way:
        return None if submission.is_host else (
            f"{own} is with {partner}, but there is {_article(submission)} already:"
            f" {partner} decides."
        )  # fmt: skip
    if submission.where is DeliveryState.WITH_HOST and submission.is_host:
        return None
    return {
        DeliveryState.WAITING: f"{own} is handed in. Waiting for {partner} to come online.",
        DeliveryState.WITH_HOST: f"{own} is with {partner}, not yet uploaded.",
        DeliveryState.UPLOADED: f"{own} is uploaded: it is {_file(submission, 'your')}.",
        DeliveryState.REFUSED: f"{own} cannot be handed in. {submission.reason}",
    }[submission.where]


def _held(submission: Submission) -> str:
    if submission.hold is Hold.STATION:
        return (
            f"and is uploaded once the station is over. Press {key_of('room.mark')} in the room "
            "to choose "
            "sooner."
        )
    return (
        f"but not from the assessor of this station. Press {key_of('room.mark')} in the room to "
        "choose."
    )


def decision(submission: Submission) -> tuple[str, str, str]:
    """What a host is asked about a guest's sheet: the question, its yes, and its no."""
    partner = submission.partner or "the other person"
    if submission.is_in_the_way:
        return (
            f"{partner}'s {_sheet(submission)} is here, but there is {_article(submission)} of this"
            " session already. Replace it?",
            f"replace it with {partner}'s",
            f"keep the existing one ({partner} will be told)",
        )
    why = (
        "the station is not over"
        if submission.hold is Hold.STATION
        else f"{partner} does not assess this station"
    )
    return (
        f"{partner}'s mark sheet has arrived, but {why}. Upload it as the session's assessment,"
        " which both of you can read?",
        f"upload {partner}'s",
        f"do not upload it ({partner} will be told)",
    )


def later(*, is_candidate: bool) -> str:
    """The answer of a host who first wants to see their own sheet."""
    own = "self-assessment" if is_candidate else "mark sheet"
    return f"decide later, and open your own {own}"


def question(sheet: Sheet, *, is_host: bool, partner: str, runs: bool = False) -> str:
    """What handing in asks once."""
    words = "Hand in this sheet? It becomes the session's assessment, which both of you can read."
    if not is_host:
        words = (
            f"Hand in this sheet? {partner}'s medtui uploads it as the session's assessment,"
            " which both of you can read."
        )
    if runs and is_host:
        words += " The station is still running: the candidate can read it from now on."
    elif runs:
        words += " The station is still running: it is uploaded once that is over."
    if missing := missing_words(sheet):
        words += f" {missing}: the total is of the others."
    if sheet.drafts:
        words += " Text that you are still typing is not included."
    if elsewhere := elsewhere_words(sheet):
        words += f" {elsewhere} {'stays' if sheet.elsewhere == 1 else 'stay'} on this sheet."
    return words


NO_SELF_ASSESSMENTS = (
    "This server does not accept self-assessments yet: ask your administrator to apply "
    "medtui's newest migration. {sheet.save} saves the sheet as a file."
)


def own_question(sheet: Sheet, *, read_first: bool) -> str:
    """What handing in the candidate's own sheet asks once."""
    words = (
        "Hand in your self-assessment? It is shown beside the assessment, domain by domain, to "
        "both of you."
    )
    if read_first:
        words += " It will say that you read the assessment first."
    if missing := missing_words(sheet):
        words += f" {missing}."
    return words


def elsewhere_words(sheet: Sheet) -> str:
    """ "3 marks and remarks by other rubrics", and nothing where there are none."""
    count = sheet.elsewhere
    if not count:
        return ""
    return f"{count} {'mark or remark' if count == 1 else 'marks and remarks'} by other rubrics"
