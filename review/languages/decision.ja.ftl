# 判定と、事実を変えた判定との比較。

decided = { $day } 時点：{ $outcome }
decided-score = { $day } 時点：{ $outcome }、{ $points } / { $out_of } ポイント、必要 { $needed }
decided-due = { $day } 時点：{ $outcome }、支払期日 { $due }
decided-not_in_force = { $day } 時点：{ $outcome }、施行されていない
options = 選択肢 { $count } 件
register = 登録簿：{ $what }
its-check = { $day } の確認：
to-be-chosen = 選択できる期間：{ $first } から { $last } まで
renews-today = 本日選択した場合の新しい応当日 { $day }
option = 選択肢 { $name }
missing = 不足している情報：
supplied = 渡された { $name } は { $supplied }、記録からは { $reckoned }；渡された値を使用
provisional-figures = 暫定の数値に基づく：
assumptions = 次の前提に基づく：
assumes = 前提：{ $said }
resting-observed = { $seen } に確認された内容を { $day } に適用
resting-date = この版の日付
see-above = 上の { $code } を参照
hint-is = ヒント：{ $said }
facts-projected = 事実に予測がないため、{ $day } までを予測
projected-known = 確実に起こること：{ $what }
projected-extrapolated = 続くとみなすこと：{ $what }

## 登録簿

register-held = { $is_held ->
    [true] 保有
    [false] 保有していない
   *[unknown] 未確定
}
held-since = { $day } から
attained-on = 獲得 { $day }
held-until = { $day } まで
was-held-until = 保有は { $day } まで
check-if-attained = 本日獲得した場合の確認 { $day }
renewed-today = 本日更新した場合の新しい応当日 { $day }

## 選択肢の内容

effect = { $verb ->
    [pay] 支払い
    [gives] 付与
    [keeps] 保持
    [loses] 喪失
   *[covers] 対象
}：{ $names }
up-to = 上限 { $figure }
effect-not_so = 本日は該当しない
effect-perhaps = 可能性あり

## 理由

required-that = 要件：{ $what }
required-on-a-day = 要件：{ $first } から { $last } までのいずれかの日に { $what }
required-a-day = 要件：{ $first } から { $last } までのいずれかの日
short-by = 不足 { $figure }
no-points = どの指標にもポイントが必要だが、ポイントのないもの：{ $titles }
points-of = { $figure } / { $out_of } ポイント
when-on = { $day } 時点
when-from = { $first } から { $last } まで
when-since = { $first } から
also-open = ほかに未確定の日 { $days }
groups = 内訳：{ $groups }
group-most = { $name } { $said }（上限）
group = { $name } { $said }
groups-more = { $told } ほか { $count } 件

## 不明なもの

note-months = { $first } から { $last } までの月の情報がない
note-lack = { $named } 件の記録にない
note-partial = 一覧は一部のみと記されている
note-lies_ahead = この確認はまだ先のもの
note-window_open = 期間はまだ終わっていない
leads-to = { $value } なら{ $outcome }
hint-unknown = { $what } { $told } はどの規則にもない
hint-near = 「{ $near }」ではありませんか
hint-counts = { $count ->
    [one] ここでは数えない
   *[other] いずれもここでは数えない
}

## 相違点

what-differs = 相違点
as-told = 現状
changed = 変更後
nothing-differs = { $count } 件の判定には相違なし
differs-eligibility = 資格
differs-points = ポイント
differs-amount = 金額
differs-value = 値
differs-due = 支払期日
differs-stage = 段階
differs-window = 期間
differs-register = 登録簿
differs-held_since = 保有の開始
differs-held_until = 保有の終了
differs-next_check = 次の確認
