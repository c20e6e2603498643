"""The names under which assessments keep their parts, most telling first."""

from __future__ import annotations

DOMAINS = ("dimensions", "domains", "domain_scores", "dimension_scores", "skills", "competencies",
           "competences", "sections", "categories", "scores", "ratings", "marks", "grades",
           "rubric", "subscores", "breakdown")  # fmt: skip
CRITERIA = ("criteria", "checklist", "checklist_items", "tasks", "steps", "actions")
ITEMS = ("items", "questions", "elements")

NAME = ("name", "title", "domain", "dimension", "skill", "competency", "category", "criterion",
        "item", "question", "text", "label", "id")  # fmt: skip
TEXT = ("text", "criterion", "item", "description", "name", "title", "question", "action", "task",
        "label", "id")  # fmt: skip
SCORE = ("weighted_score", "score", "mark", "marks", "points", "rating", "value", "awarded",
         "achieved", "points_awarded", "result")  # fmt: skip
MAX = ("max", "max_score", "maximum", "out_of", "max_points", "max_mark", "max_marks", "possible",
       "maximum_score", "total_possible", "max_value", "scale_max", "available")  # fmt: skip
LABEL = ("grade", "label", "level", "band", "judgement", "judgment", "descriptor", "rating_label")
WEIGHT = ("weight", "weighting")
RESULT = ("result", "done", "met", "achieved", "status", "completed", "observed", "present",
          "outcome", "answer", "checked", "response", "value", "satisfied")  # fmt: skip
INSUFFICIENT = ("insufficient_evidence", "not_assessed", "not_observed")
RATIONALE = ("rationale", "reason", "reasoning", "justification", "comment", "comments",
             "explanation", "feedback", "notes", "note", "summary", "description")  # fmt: skip
STRENGTHS = ("strengths", "positives", "what_went_well", "went_well", "did_well", "done_well",
             "good_points", "good", "pros")  # fmt: skip
IMPROVEMENTS = ("improvements", "areas_for_improvement", "areas_to_improve", "weaknesses",
                "priorities_for_next_time", "to_improve", "development_points", "suggestions",
                "recommendations", "even_better_if", "next_steps", "cons", "priorities",
                "action_points", "learning_points", "areas_for_development",
                "could_improve")  # fmt: skip
KEEP_DOING = ("keep_doing", "continue", "continue_doing")
RED_FLAGS = ("red_flags", "red_flag", "safety_concerns", "critical_errors", "critical_failures",
             "patient_safety_concerns", "fatal_errors", "concerns")  # fmt: skip
EVIDENCE = ("evidence", "quotes", "quote", "examples", "supporting_quotes", "supporting_evidence",
            "citations", "excerpts")  # fmt: skip

FEEDBACK = ("overall_feedback", "feedback", "general_feedback", "comments", "overall_comments",
            "general_comments", "examiner_comments", "summary_feedback")  # fmt: skip
SUMMARY = ("summary", "overall_summary", "overall_comment", "overall_comments", "comment",
           "comments", "general_comments", "general_comment", "narrative", "feedback",
           "examiner_comments", "overall_feedback", "rationale", "overall", "text",
           "general")  # fmt: skip

TOTAL = ("totals", "total", "overall", "overall_score", "overall_result", "final", "summary_score")
TOTAL_SCORE = ("total_score", "overall_score", "score", "total", "final_score", "total_marks",
               "mark", "overall_mark", "marks_awarded", "total_points", "points", "value",
               "overall")  # fmt: skip
TOTAL_MAX = ("max_total", "max_score", "max", "maximum", "out_of", "total_max", "max_marks",
             "total_possible", "maximum_score", "max_points", "possible",
             "overall_max")  # fmt: skip
PERCENT = ("percentage", "percent", "overall_percentage", "pct", "total_percentage",
           "overall_percent")  # fmt: skip
OVERALL_LABEL = ("global_rating", "overall_grade", "grade", "global_grade", "overall_rating",
                 "global_judgement", "global_score", "verdict", "outcome", "decision", "rating",
                 "judgement", "label", "band", "classification", "result",
                 "pass_fail")  # fmt: skip
PASSED = ("passed", "pass", "has_passed", "is_pass")
SCALE = ("scale", "rating_scale", "score_range", "range", "max_per_item", "max_per_domain")

TELLING = (
    "dimensions", "domains", "domain_scores", "criteria", "checklist", "checklist_items",
    "marksheets", "overall_score", "total_score", "max_total", "totals", "rubric", "grade",
    "percentage", "overall_feedback", "strengths", "improvements", "areas_for_improvement",
    "red_flags", "global_rating", "skills_assessed", "competencies", "scores", "ratings",
    "marks", "grades", "passed", "assessment", "evaluation", "overall_rating", "overall_grade",
    "weaknesses", "marks_awarded", "feedback", "sections", "examiner", "red_flag",
)  # fmt: skip
"""Keys that no transcript has."""
