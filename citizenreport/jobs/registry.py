"""The list of all jobs: name, function, and when the clock asks for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from citizenreport.jobs import (
    calls,
    chats,
    checkpoint,
    checks,
    closing,
    deadlines,
    digests,
    duty,
    erasures,
    escalation,
    extensions,
    floods,
    forgetting,
    harvests,
    imports,
    indicators,
    innovations,
    joined,
    letters,
    mediations,
    news,
    outside_requests,
    overdue,
    pack_changes,
    part_deadlines,
    parts,
    pushes,
    questions,
    recaps,
    receipt,
    retention,
    rewrapping,
    rules,
    scheduling,
    snapshots,
    staff_notices,
    suggestions,
    surveys,
    thumbnails,
    webhooks,
)

URGENT: Final = 10
USUAL: Final = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One kind of work. `run` takes the ids it was enqueued with, as text or numbers.

    `cron` (UTC) has it started by the clock; then never two at once.
    """

    name: str
    run: Callable[..., None]
    priority: int = USUAL
    cron: str | None = None


JOBS: Final = (
    Job(name="send_receipt", run=receipt.send_receipt),
    Job(name="check_contact", run=checks.check_contact),
    Job(name="check_staff_address", run=checks.check_staff_address),
    Job(name="check_subscription", run=checks.check_subscription),
    Job(name="alert_agency", run=duty.alert_agency, priority=URGENT),
    Job(name="send_call", run=calls.send_call, priority=URGENT),
    Job(name="mail_call", run=calls.mail_call, priority=URGENT),
    Job(name="mail_body", run=calls.mail_body, priority=URGENT),
    Job(name="push_call", run=calls.push_call, priority=URGENT),
    Job(name="tell_reporter", run=news.tell_reporter),
    Job(name="tell_browsers", run=pushes.tell_browsers),
    Job(name="push_news", run=pushes.push_news),
    Job(name="send_digest", run=digests.send_digest),
    Job(name="send_recap", run=recaps.send_recap),
    Job(name="make_thumbnail", run=thumbnails.make_thumbnail),
    Job(name="tell_next_body", run=escalation.tell_next_body, priority=URGENT),
    Job(name="tell_of_deadline", run=overdue.tell_of_deadline),
    Job(name="tell_of_follow_up", run=mediations.tell_of_follow_up),
    Job(name="tell_body_of_question", run=questions.tell_body_of_question),
    Job(name="tell_of_answer", run=questions.tell_of_answer),
    Job(name="message_staff", run=staff_notices.message_staff),
    Job(name="message_code", run=staff_notices.message_code),
    Job(name="message_call", run=staff_notices.message_call, priority=URGENT),
    Job(name="send_staff_digest", run=staff_notices.send_staff_digest),
    Job(name="mail_deadline", run=overdue.mail_deadline),
    Job(name="tell_of_extension", run=extensions.tell_of_extension),
    Job(name="mail_extension", run=extensions.mail_extension),
    Job(name="tell_of_part", run=parts.tell_of_part),
    Job(name="mail_part", run=parts.mail_part),
    Job(name="tell_joined", run=joined.tell_joined),
    Job(name="mail_joined", run=joined.mail_joined),
    Job(name="push_joined", run=joined.push_joined),
    Job(name="work_outside_request", run=outside_requests.work_outside_request),
    Job(name="deliver_webhook", run=webhooks.deliver_webhook),
    Job(name="note_erasure", run=erasures.note_erasure),
    Job(name="move_deadlines", run=deadlines.move_deadlines),
    Job(name="run_import", run=imports.run_import),
    Job(name="harvest_reports", run=harvests.harvest_reports),
    Job(name="undo_import", run=imports.undo_import),
    Job(name="prepare_snapshot", run=snapshots.prepare_snapshot),
    Job(name="mail_release_reminder", run=snapshots.mail_release_reminder),
    Job(name="replay_rules", run=rules.replay_rules),
    Job(name="apply_rules", run=rules.apply_rules),
    Job(name="restore_rules", run=rules.restore_rules),
    Job(name="begin_rules", run=rules.begin_rules, cron="*/10 * * * *"),
    Job(name="begin_pack_changes", run=pack_changes.begin_pack_changes, cron="*/10 * * * *"),
    Job(name="move_calls", run=calls.move_calls, priority=URGENT, cron="* * * * *"),
    Job(name="answer_chat", run=chats.answer_chat, priority=URGENT),
    Job(name="send_chat", run=chats.send_chat, priority=URGENT),
    Job(name="fetch_letters", run=letters.fetch_letters, cron="* * * * *"),
    Job(name="make_checkpoint", run=checkpoint.make_checkpoint, cron="0 * * * *"),
    Job(name="close_uncontested", run=closing.close_uncontested, cron="10 * * * *"),
    Job(name="take_up_scheduled", run=scheduling.take_up_scheduled, cron="20 * * * *"),
    Job(name="escalate_unopened", run=escalation.escalate_unopened, cron="*/10 * * * *"),
    Job(name="watch_deadlines", run=overdue.watch_deadlines, cron="*/10 * * * *"),
    Job(
        name="watch_part_deadlines",
        run=part_deadlines.watch_part_deadlines,
        cron="5-59/10 * * * *",
    ),
    Job(name="remind_of_follow_ups", run=mediations.remind_of_follow_ups, cron="15 * * * *"),
    Job(name="recompute_indicators", run=indicators.recompute_indicators, cron="5 * * * *"),
    Job(name="publish_pulse", run=surveys.publish_pulse, cron="20 * * * *"),
    Job(name="start_digests", run=digests.start_digests, cron="20 * * * *"),
    Job(name="start_staff_digests", run=staff_notices.start_staff_digests, cron="*/10 * * * *"),
    Job(name="remind_of_releases", run=snapshots.remind_of_releases, cron="25 * * * *"),
    Job(name="mail_innovation_reminder", run=innovations.mail_innovation_reminder),
    Job(name="remind_of_innovations", run=innovations.remind_of_innovations, cron="35 * * * *"),
    Job(name="start_recaps", run=recaps.start_recaps, cron="*/10 * * * *"),
    Job(
        name="start_outside_requests",
        run=outside_requests.start_outside_requests,
        cron="*/5 * * * *",
    ),
    Job(name="start_webhooks", run=webhooks.start_webhooks, cron="* * * * *"),
    Job(name="learn_again", run=suggestions.learn_again),
    Job(name="learn_suggestions", run=suggestions.learn_suggestions, cron="25 19 * * *"),
    Job(name="forget", run=forgetting.forget, cron="40 * * * *"),
    Job(name="watch_floods", run=floods.watch_floods, cron="*/5 * * * *"),
    Job(name="rewrap_keys", run=rewrapping.rewrap_keys, cron="30 18 * * *"),
    Job(name="erase_expired", run=retention.erase_expired, cron="50 17 * * *"),
)

BY_NAME: Final = {job.name: job for job in JOBS}
