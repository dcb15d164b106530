# 何が必要か：変更を 1 行ずつ、そして妨げとなるもの。

stands = { $day } 時点：{ $outcome }
stands-points = { $day } 時点：{ $outcome }、{ $points } ポイント、必要 { $needed }
plan-eligible = 必要なことは何もない。
plan-undetermined = 変える必要はなく、情報が足りないだけ：不足している情報を「なし」としても資格がある。
plan-plans = { $count ->
    [one] 必要なこと：
   *[other] 必要なこと（次の { $count } 通りのいずれか、費用の低い順）：
}
plan-cannot_be_reached = どのように変えても達成できない。妨げとなるもの：
plan-cannot_be_reached-by = どのように変えても、{ $day } まで待っても達成できない。妨げとなるもの：
plan-begins = { $day } より前は施行されていない：その日までに必要なことを尋ねる。
plan-ended = もう施行されていない：{ $day } で終了した。
plan-unknown = 方法は見つからなかったが、ないとは言い切れない。試した範囲で充足しないもの：
plan-cost = { $number }. 費用 { $cost }
plan-cost-page = { $number }. 費用 { $cost }
tell-first = 現状のまま判定するために、まず必要な情報：{ $what }。
as-long-as = ただし { $what } を「なし」とみなせる場合
does-until = これで足りるのは { $day } まで：{ $people } の認定資格がその日で終わる
all-do-until = いずれも足りるのは { $day } まで：{ $people } の認定資格がその日で終わる。
costs-given = 費用は指定されたもの。指定のないものは Merit の既定値。
costs-own = 費用は Merit の既定値で、プログラムの数値ではない。--costs FILE で置き換えられる。
decisions-made = 判定 { $decisions } 回；{ $digest }

## 変更

wait = { $day } まで待つ
wait-only = { $day } まで待つ：ほかに変える必要はない
raise = { $title } を { $now } から { $figure } に増やす（{ $name }）
raise-untold = { $title } を { $figure } にする；現在の値は伝えられていない（{ $name }）
tell = { $title }：{ $value }（{ $name }）
tell-so = 次のとおりにする：{ $title }（{ $name }）
certify = { $people } が認定資格を取得：{ $certification }
certify-alike = { $people } が認定資格を取得：{ $certification }、または同様に数えるほかの { $count } 件のいずれか
attain = その後 { $title } を獲得（{ $rule }）
buy = { $is_alone ->
    [yes] 「{ $title }」を選択
   *[no] その後「{ $title }」を選択
}
buy-for = { $is_alone ->
    [yes] 「{ $title }」を選択、{ $amount }
   *[no] その後「{ $title }」を選択、{ $amount }
}
add = { $title }：{ $fields } の記録をあと { $count } 件
add-apart = { $title }：{ $fields } の記録をあと { $count } 件、{ $apart } はそれぞれ別のもの
serving = { $said }、対象：{ $titles }
somebody-new = 新しい 1 人
new-person = 新しい人 { $number }
new-people = 新しい人 { $first } ～ { $last }

## 探索の前提

taken-as-nothing = 伝えられていないため「なし」とみなしたもの：{ $what }。
taken-fact = { $title }（{ $name }）は { $value }
taken-list = 一覧 { $name } は空
not-looked-at = 調べていないもの（{ $has_plans ->
    [yes] より低い費用の方法
   *[no] 方法
}がそこにあるかもしれない）：
limit-behind = その背後にある規則が多く、すべては読んでいない
limit-later_day = 後の日について問われる
limit-other_days = ほかの日について問われるが、その日のことは不明
limit-register = 登録簿または予測によって決まる
limit-figure = プログラムの数値が不明
limit-mark_moves = 変更の後では達するべき数値が異なる場合がある
limit-exactly = ちょうどその値であることが求められる
limit-date = 日付によって決まる
limit-other_value = 伝えられた値とは別の値が求められる
limit-no_flag = はい・いいえで答えるものではない
limit-not_so = 該当しないことが求められる
limit-choice = 選択によって決まる
limit-awards_for_awards = 互いに条件となる獲得は、ここまでしか追わない
limit-chosen_on_other_days = ほかの日にしか選択できない
limit-rules_for_rules = 互いに条件となる規則は、ここまでしか追わない
limit-mark = 基準が不明
limit-not_the_best = いくつかのうち 1 つを数えるが、最もよいものではない
limit-reckoned = ほかの数値から計算されるか、別の日について伝えられる
limit-steps = 段階が多く、すべては調べていない
limit-several_lists = 複数の一覧に載る人が求められる
limit-another_list = すでにいる人が別の一覧にも数えられるかもしれない
limit-records = 記録から計算される
limit-rests_on_unknown = 計算のもとになる値が不明
limit-product = 2 つの数値の積
limit-not_together = 1 つになる 2 つの数値を同時には動かしていない
limit-no_version = 施行されている版がない
limit-another_case = 変更の後では別の条件が適用される場合があり、それは未確認
limit-another_row = 変更の後では表の別の行が適用される場合があり、それは未確認
limit-cheaper_tried = より低い費用の方法を試したが充足しなかった：数えられるものが変わるため
limit-combinations = 変更の組み合わせが多く、すべては調べていない
limit-many_lists = 一覧が多いため、複数の一覧に同時に数えられる人は調べていない
limit-alternatives = 計算量が大きいため、ほかの方法をすべては探していない
limit-mark_to_reach = 達するべき基準が不明
limit-case = 求められる内容が、伝えられていない情報で決まる
limit-row = 表のどの行が数えられるか不明
limit-to-tell = { $said }：{ $names } を伝えること
limit-max_changes = 変更が { $names } 件までの方法だけを示す
limit-max_decisions = 1 つの質問につき判定は { $names } 回まで
limit-max_days = 何かが変わる日のうち、待つのは最初の { $names } 日まで
