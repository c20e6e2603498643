"""Two more files of each kind of assessment in samples/faults: other names, nesting and units."""

from __future__ import annotations

from typing import Any

from tests.documents.fault_talks import Variant
from tests.documents.talk_forms import NO_MARK, PLAIN, marked, rows, talk


def fhir(*items: tuple[str, str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "item": [
            {"linkId": "g", "text": "Station", "item": [
                {"linkId": str(n), "text": text, "answer": [{name: value}]}
                for n, (text, name, value) in enumerate(items)
            ]}
        ],
    }  # fmt: skip


ASSESSMENTS: dict[str, list[Variant]] = {
    "overall-among-scores.json": [
        ({"ratings": {"listening": {"score": 2, "max": 4}, "plan": {"score": 3, "max": 4},
                      "total": {"score": 5, "max": 8}}},
         marked([5, 8, 62.5], domains=[["listening", 2, 4], ["plan", 3, 4]])),
        ({"domains": [{"name": "Opening", "score": "3/5"}, {"name": "Close", "score": "4/5"},
                      {"name": "Overall", "score": "7/10"}]},
         marked([7, 10, 70], domains=[["Opening", 3, 5], ["Close", 4, 5]])),
    ],
    "max-of-each.json": [
        ({"marks": {"history": 3, "plan": 4, "manner": 4}, "out_of": 4, "total": 11},
         marked([11, None, None], domains=[["history", 3, 4], ["plan", 4, 4], ["manner", 4, 4]])),
        ({"grades": [{"skill": "Tact", "points": 8}, {"skill": "Pace", "points": 9}],
          "maximum": 10, "overall_score": 17},
         marked([17, None, None], domains=[["Tact", 8, 10], ["Pace", 9, 10]])),
    ],
    "vanishing.json": [
        ({"dimensions": [{"name": "Tact", "score": 2, "max": "see guide", "weight": "a third"}],
          "overall_percentage": "not set"},
         {"kind": "visible", "strings": ["see guide", "a third", "not set"]}),
        ({"criteria": [{"text": "Greets", "points": 1, "max_points": "two"}],
          "pass": "after appeal"},
         {"kind": "visible", "strings": ["two", "after appeal"]}),
    ],
    "same-name.json": [
        ({"skills": [{"a": "Tact", "b": 4}, {"a": "Pace", "b": 3}], "total_score": 7},
         {"kind": "visible", "strings": ["Tact", "Pace"], "numbers": [4, 3]}),
        ({"criterionScores": [{"criterionTitle": "Tact", "criterionMark": 4},
                              {"criterionTitle": "Pace", "criterionMark": 3}]},
         {"kind": "visible", "strings": ["Tact", "Pace"], "numbers": [4, 3]}),
    ],
    "category-scores.json": [
        ({"overallScore": 61, "skillScores": [{"name": "Tact", "score": 70}],
          "finalFeedback": "Warm, but late."},
         marked([61, None, None], domains=[["Tact", 70, None]], summary="Warm, but late.")),
        ({"result": {"total_score": 55, "section_scores": {"plan": 40, "tact": 70},
                     "conclusion": "Plan sooner next time."}},
         marked([55, None, None], domains=[["plan", 40, None], ["tact", 70, None]],
                summary="Plan sooner next time.")),
    ],
    "feedback-marks.json": [
        ({"overall_score": 6, "feedback": {"tact": {"score": 8, "comment": "Kind."},
                                           "plan": {"score": 4, "comment": "Late."}}},
         marked([6, None, None], domains=[["tact", 8, None], ["plan", 4, None]])),
        ({"score": 12, "comments": {"opening": {"mark": 5}, "closing": {"mark": 7}}},
         marked([12, None, None], domains=[["opening", 5, None], ["closing", 7, None]])),
    ],
    "anthropic.json": [
        ({"model": "m", "choices": [{"message": {"role": "assistant", "content":
            'Sure.\n{"total_score": 9, "max_score": 12, "strengths": ["Calm"]}\nGood luck.'}}]},
         marked([9, 12, 75], by="ai")),
        ({"candidates": [{"content": {"parts": [{"text":
            '```json\n{"overall_score": "3/4", "strengths": ["Calm"]}\n```'}]}}],
          "modelVersion": "m"}, marked([3, 4, 75], by="ai")),
    ],
    "fhir.json": [
        (fhir(("Greets", "valueBoolean", True), ("Plan", "valueDecimal", 2.5),
              ("Remark", "valueString", "Too fast")),
         marked(NO_MARK, "assessment-visible", strings=["Too fast"], numbers=[2.5],
                items=[["Greets", "yes"]])),
        ({"resourceType": "Bundle", "entry": [{"resource": fhir(
            ("Washes hands", "valueCoding", {"display": "No"}),
            ("Note", "valueString", "Hurried"))}]},
         marked(NO_MARK, "assessment-visible", strings=["Hurried"],
                items=[["Washes hands", "no"]])),
    ],
    "lti.json": [
        ({"userId": "5", "scoreGiven": 8, "scoreMaximum": 16, "comment": "Well done so far."},
         marked([8, 16, 50])),
        ({"verb": {"id": "http://x/y"}, "result": {"score": {"raw": 6, "max": 8, "scaled": 0.75},
                                                   "success": True}}, marked([6, 8, 75])),
    ],
    "fraction.json": [
        ({"total": {"percent": 0.5}, "domains": [{"name": "Tact", "score": 0.6}]},
         marked([None, None, 50])),
        ({"overall_percentage": 0.85, "strengths": ["Calm"]}, marked([None, None, 85])),
    ],
    "marks.txt": [
        ("Station 9\n\nTact - see below\nOpening: 3/5\nPlan: 2/5\nOverall: 5/10\n\n"
         "Comments:\nGood.\n",
         marked([5, 10, 50])),
        ("Domain,Score,Max,Comment\nTact,4,5,Kind\nPlan,2,5,Late\nTotal,6,10,\n",
         marked([6, 10, 60], domains=[["Tact", 4, 5], ["Plan", 2, 5]])),
    ],
    "boxes.json": [
        ({"criteria": ["✓ Greets", "✗ Washes hands", "✓ Sums up"], "total_score": "2 / 3"},
         marked([2, 3, 66.7], items=[["Greets", "yes"], ["Washes hands", "no"]])),
        ({"completed": ["Greets", "Sums up"], "missed": ["Washes hands"], "score": "2/3"},
         marked([2, 3, 66.7], items=[["Sums up", "yes"], ["Washes hands", "no"]])),
    ],
    "in-words.json": [
        ({"total": "14 points of 20", "domains": [{"name": "Tact", "score": "5 marks"}]},
         marked([14, 20, 70], domains=[["Tact", 5, None]])),
        ({"overall_score": "Score: 9 out of 12 marks",
          "domains": [{"name": "Plan", "mark": "3 points out of 4"}]},
         marked([9, 12, 75], domains=[["Plan", 3, 4]])),
    ],
    "points.json": [
        ({"criteria": [{"text": "Greets", "earned": 2, "possible": 2},
                       {"text": "Closes", "awarded": 0, "available": 1}]},
         {"kind": "assessment", "crit": [["Greets", 2, 2], ["Closes", 0, 1]]}),
        ({"checklist": [{"item": "Greets", "marks_awarded": 1, "marks_available": 3},
                        {"item": "Closes", "obtained": 0, "out_of": 3}]},
         {"kind": "assessment", "crit": [["Greets", 1, 3], ["Closes", 0, 3]]}),
    ],
    "both.json": [
        ({"session": {"segments": rows(**PLAIN)}, "evaluation": {"total_score": 5, "max_score": 8}},
         talk(kind="both-visible")),
        ({"turns": rows(**PLAIN), "criteria": [{"text": "Greets", "met": True}], "grade": "B"},
         talk(kind="both-visible")),
    ],
}  # fmt: skip
