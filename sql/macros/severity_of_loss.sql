-- How severe is a loss of time, compared with the time in all?
-- severe if most of the time is lost, warning for a tenth, note below; a loss below `loss_warning_s` is always a note.
-- The bounds are thresholds, see `timed_attempts`.
-- example: SELECT severity_of_loss(30, 100) AS of_100_s, severity_of_loss(3000, 4000) AS of_4000_s
create or replace macro severity_of_loss(lost_s, of_s) as
    case
        when lost_s >= threshold('loss_severe_s') and lost_s >= threshold('loss_severe_share') * of_s then 'severe'
        when lost_s >= threshold('loss_warning_s') and lost_s >= threshold('loss_warning_share') * of_s then 'warning'
        else 'note'
    end;
