"""The names under which assessments keep their parts, most telling first."""

from __future__ import annotations

DOMAINS = ("dimensions", "domains", "domain_scores", "dimension_scores", "skills",
           "competencies", "competences", "sections", "categories", "scores", "ratings",
           "marks", "grades", "rubric", "subscores", "breakdown", "category_scores",
           "criteria_scores", "section_scores", "skill_scores", "competency_scores",
           "rubric_assessment", "aspects", "areas", "domain_ratings",
           "results_by_domain")  # fmt: skip
CRITERIA = ("criteria", "checklist", "checklist_items", "tasks", "steps", "actions",
            "checklist_results", "criterion_scores", "indicators", "checks")  # fmt: skip
ITEMS = ("items", "questions", "elements")

NAME = ("name", "title", "domain", "dimension", "skill", "competency", "category", "criterion",
        "item", "question", "text", "label", "id", "aspect", "area", "section", "heading",
        "criterion_name", "station")  # fmt: skip
TEXT = ("text", "criterion", "item", "description", "name", "title", "question", "action",
        "task", "label", "id", "prompt", "statement", "check")  # fmt: skip
SCORE = ("weighted_score", "score", "mark", "marks", "points", "rating", "value", "awarded",
         "achieved", "points_awarded", "result", "earned", "points_earned", "marks_awarded",
         "obtained", "given", "score_given", "awarded_marks", "awarded_points", "raw")  # fmt: skip
MAX = ("max", "max_score", "maximum", "out_of", "max_points", "max_mark", "max_marks",
       "possible", "maximum_score", "total_possible", "max_value", "scale_max", "available",
       "points_possible", "max_possible", "of", "full_marks", "total_marks", "out_of_marks",
       "maximum_marks", "max_rating", "maxscore", "score_maximum", "grademax", "max_grade",
       "maximum_points", "possible_points", "marks_available")  # fmt: skip
LABEL = ("grade", "label", "level", "band", "judgement", "judgment", "descriptor", "rating_label")
WEIGHT = ("weight", "weighting")
RESULT = ("result", "done", "met", "achieved", "status", "completed", "observed", "present",
          "outcome", "answer", "checked", "response", "value", "satisfied")  # fmt: skip
INSUFFICIENT = ("insufficient_evidence", "not_assessed", "not_observed")
RATIONALE = ("rationale", "reason", "reasoning", "justification", "comment", "comments",
             "explanation", "feedback", "notes", "note", "summary", "description", "remark",
             "remarks", "commentary", "observation", "observations")  # fmt: skip
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
           "examiner_comments", "overall_feedback", "rationale", "overall", "text", "general",
           "final_assessment", "final_feedback", "conclusion", "final_comment",
           "final_comments", "final_thoughts", "overall_impression", "closing_comment",
           "overall_assessment", "summary_comment")  # fmt: skip

TOTAL = ("totals", "total", "overall", "overall_score", "overall_result", "final", "summary_score")
TOTAL_SCORE = ("total_score", "overall_score", "score", "total", "final_score", "total_marks",
               "mark", "overall_mark", "marks_awarded", "total_points", "points", "value",
               "overall", "score_given", "grade_raw", "graderaw", "raw", "earned", "obtained",
               "marks_obtained", "marks")  # fmt: skip
TOTAL_MAX = ("max_total", "max_score", "max", "maximum", "out_of", "total_max", "max_marks",
             "total_possible", "maximum_score", "max_points", "possible", "overall_max",
             "score_maximum", "points_possible", "max_possible", "grademax", "max_grade",
             "total_points_possible", "full_marks", "total_marks_available",
             "maximum_marks")  # fmt: skip
PERCENT = ("percentage", "percent", "overall_percentage", "pct", "total_percentage",
           "overall_percent", "percentage_score", "score_percent", "scaled",
           "score_percentage")  # fmt: skip
OVERALL_LABEL = ("global_rating", "overall_grade", "grade", "global_grade", "overall_rating",
                 "global_judgement", "global_score", "verdict", "outcome", "decision", "rating",
                 "judgement", "label", "band", "classification", "result",
                 "pass_fail")  # fmt: skip
PASSED = ("passed", "pass", "has_passed", "is_pass", "success", "passing")  # fmt: skip
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

DONE = ("done", "met", "completed", "achieved", "covered", "items_done", "items_met",
        "criteria_met", "completed_items", "tasks_done", "passed_items", "observed")  # fmt: skip
MISSED = ("missed", "not_done", "not_met", "not_achieved", "omitted", "items_missed",
          "criteria_missed", "criteria_not_met", "missed_items", "not_covered", "missing",
          "not_observed", "failed_items", "unmet")  # fmt: skip
PARTLY = ("partial", "partly_done", "partly_met", "partially_met", "items_partial")
"""Lists of items that were all done, all missed, or all done in part."""

WHOLE = frozenset({"overall", "total", "global", "final", "totalscore", "overallscore",
                   "overallmark", "totalmark", "totalmarks", "finalscore", "finalmark", "sum",
                   "grandtotal", "overallrating", "globalscore"})  # fmt: skip
"""Names of an item that is the overall mark, in the form used for comparison."""
